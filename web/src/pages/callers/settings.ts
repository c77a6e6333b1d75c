// What is agreed with an institution, as a form. Secrets are never told by the server: an empty field leaves the one there is.
import type { Schemas } from '@/api/client'

export type Caller = Schemas['Caller']
export interface Settings {
  institution: string
  name: string
  enabled: boolean
  grade: Caller['grade']
  per_second: number
  burst: number
  must_sign: Caller['must_sign']
  sm2_public: string
  sm3_secret: string
  must_encrypt: boolean
  sm4_key: string
  sm4_mode: Caller['sm4_mode']
}

export function settingsOf(caller: Caller | null): Settings {
  return {
    institution: caller?.institution ?? '', name: caller?.name ?? '', enabled: caller?.enabled ?? true, grade: caller?.grade ?? '', per_second: caller?.per_second ?? 50,
    burst: caller?.burst ?? 100, must_sign: caller?.must_sign ?? 'none', sm2_public: caller?.sm2_public ?? '', sm3_secret: '', must_encrypt: caller?.must_encrypt ?? false, sm4_key: '', sm4_mode: caller?.sm4_mode ?? 'ecb',
  }
}

// What is sent: all but secrets that nobody typed. `institution` is sent only for a new one.
export function bodyOf({ institution: _, sm3_secret, sm4_key, ...rest }: Settings): Omit<Settings, 'institution' | 'sm3_secret' | 'sm4_key'> & { sm3_secret?: string; sm4_key?: string } {
  return {
    ...rest, name: rest.name.trim(), sm2_public: rest.sm2_public.trim(),
    ...(sm3_secret ? { sm3_secret } : {}),
    ...(sm4_key.trim() ? { sm4_key: sm4_key.trim() } : {}),
  }
}

// The field that keeps it from being sent, or none.
export function lacking(settings: Settings, caller: Caller | null): keyof Settings | null {
  if (!/^[0-9A-Za-z_-]{1,40}$/.test(settings.institution)) return 'institution'
  if (settings.must_sign === 'SM2' && !settings.sm2_public.trim()) return 'sm2_public'
  if (settings.must_sign === 'SM3' && !settings.sm3_secret && !caller?.has_sm3_secret) return 'sm3_secret'
  if (settings.sm4_key.trim() && !/^[0-9a-fA-F]{32}$/.test(settings.sm4_key.trim())) return 'sm4_key'
  if (settings.must_encrypt && !settings.sm4_key.trim() && !caller?.has_sm4_key) return 'sm4_key'
  return null
}
