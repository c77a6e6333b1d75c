/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import Components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'

const testing = process.env.VITEST !== undefined

export default defineConfig({
  plugins: [
    vue(),
    // Only Element Plus is found by name; our own components are imported where they are used.
    Components({
      dirs: [],
      dts: false,
      resolvers: [ElementPlusResolver({ importStyle: testing ? false : 'css' })],
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    // Everything is a file of our own origin: the page's policy allows neither data: scripts nor inline ones.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      output: {
        manualChunks(id) {
          if (/node_modules\/(echarts|zrender)\//.test(id)) return 'echarts'
          if (/node_modules\/(vue|@vue|vue-router|pinia|vue-i18n|@intlify)\//.test(id)) return 'vue'
          return undefined
        },
      },
    },
  },
  preview: {
    // As strict as the server's own policy, so that what it would refuse is seen here first.
    headers: {
      'Content-Security-Policy':
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    },
  },
  // The Host stays the browser's: the server refuses a change whose Origin is another host.
  server: { proxy: { '/api': { target: process.env.YIJIAN_API ?? 'http://localhost:8080', changeOrigin: false } } },
  test: {
    environment: 'jsdom',
    css: false,
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test_setup.ts'],
    server: { deps: { inline: ['element-plus'] } },
  },
})
