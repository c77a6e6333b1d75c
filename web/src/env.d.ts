/// <reference types="vite/client" />
interface ImportMetaEnv {
  // Set: the gallery of components is part of the build. Never in what is shipped.
  readonly VITE_GALLERY?: string
}
