import { gather } from '../gather'

export default gather(import.meta.glob<{ default: object }>('./*.json', { eager: true }))
