import { describe, expect, it } from 'vitest'
import { bodyOf, lacking, settingsOf, type Caller } from './settings'

const caller: Caller = {
  institution: 'H1', name: '甲', enabled: true, has_key: true, key_hint: 'yj_a', key_made_at: null, must_sign: 'SM3', must_encrypt: true, sm2_public: '', has_sm3_secret: true, has_sm4_key: true,
  sm4_mode: 'cbc', grade: 'B', per_second: 10, burst: 20, version: 3,
}

describe('what is agreed with an institution', () => {
  it('keeps secrets that nobody typed anew', () => {
    const body = bodyOf(settingsOf(caller))
    expect(body).not.toHaveProperty('sm3_secret')
    expect(body).not.toHaveProperty('sm4_key')
    expect(body).not.toHaveProperty('institution')
    expect(body).toMatchObject({ grade: 'B', sm4_mode: 'cbc', per_second: 10 })
    expect(bodyOf({ ...settingsOf(caller), sm3_secret: ' x ' })).toMatchObject({ sm3_secret: ' x ' })
  })
  it('needs what signing and encryption need', () => {
    expect(lacking(settingsOf(caller), caller)).toBeNull()
    const fresh = { ...settingsOf(null), institution: 'H50010100001' }
    expect(lacking(fresh, null)).toBeNull()
    expect(lacking({ ...fresh, institution: '医院' }, null)).toBe('institution')
    expect(lacking({ ...fresh, must_sign: 'SM2' }, null)).toBe('sm2_public')
    expect(lacking({ ...fresh, must_sign: 'SM3' }, null)).toBe('sm3_secret')
    expect(lacking({ ...fresh, must_encrypt: true }, null)).toBe('sm4_key')
    expect(lacking({ ...fresh, must_encrypt: true, sm4_key: 'zz' }, null)).toBe('sm4_key')
    expect(lacking({ ...fresh, must_encrypt: true, sm4_key: '0123456789abcdef0123456789ABCDEF' }, null)).toBeNull()
  })
})
