import { describe, expect, it } from 'vitest'
import { draftOf, lineFields, parseDraft, personsOf, placeOf, withLine, without, withValue, writeDraft, type Json } from './draft'

const twin: Json = {
  time: '2026-03-01 09:30:00',
  persons: [{ psn_no: 'P1', gend: '1', visits: [{ mdtrt_id: 'V1', diagnoses: [{ diag_code: 'J06' }], lines: [{ bkkp_sn: '1', cnt: 1, pric: '20.00' }, { bkkp_sn: '3', cnt: 2 }] }] }],
}
const national: Json = {
  infno: '3102', msgid: 'M1', inf_time: '2026-03-01 10:00:00',
  input: { data: { trig_scen: '2', patient_dtos: { patn_id: 'P2', brdy: '***', fsi_encounter_dtos: [{ mdtrt_id: 'V2', fsi_order_dtos: [{ rx_id: 'R7', sumamt: 5 }] }] } } },
}
const [person] = personsOf(twin)
const visit = person!.visits[0]!

describe('a draft as tables', () => {
  it('is read under the names of the twin', () => {
    expect([person!.id, visit.id, visit.lines.map((l) => l.serial), visit.diagnoses.length]).toEqual(['P1', 'V1', ['1', '3'], 1])
  })
  it('is read under national names, within the envelope, one object as a list of one', () => {
    const [other] = personsOf(national)
    expect([other!.id, other!.visits[0]!.id, other!.visits[0]!.lines[0]!.serial]).toEqual(['P2', 'V2', 'R7'])
    expect(lineFields(other!.visits[0]!.lines)).toEqual(['rx_id', 'sumamt'])
  })
  it('is nothing where there is nothing', () => {
    for (const odd of [undefined, null, 7, 'x', [], {}, { persons: 5 }, { persons: [1, null] }] as (Json | undefined)[]) expect(personsOf(odd)).toEqual([])
  })
  it('shows the fields people look for first, and those that nobody filled in yet', () => {
    expect(lineFields(visit.lines).slice(0, 4)).toEqual(['bkkp_sn', 'fee_ocur_time', 'hilist_code', 'cnt'])
  })
})

describe('a draft that is changed', () => {
  it('leaves the old one and everything else alone', () => {
    const changed = withValue(twin, [...visit.lines[1]!.path, 'cnt'], '5')
    expect(personsOf(changed)[0]!.visits[0]!.lines[1]!.node).toEqual({ bkkp_sn: '3', cnt: 5 })
    expect(visit.lines[1]!.node['cnt']).toBe(2)
    expect((changed as { time: string }).time).toBe('2026-03-01 09:30:00')
  })
  it('keeps a number a number only when nothing is lost', () => {
    const cnt = (typed: string) => personsOf(withValue(twin, [...visit.lines[0]!.path, 'cnt'], typed))[0]!.visits[0]!.lines[0]!.node['cnt']
    expect([cnt('2.5'), cnt('abc'), cnt('1e5'), cnt('9'.repeat(30))]).toEqual([2.5, 'abc', '1e5', '9'.repeat(30)])
    expect(cnt('')).toBeUndefined()
  })
  it('gets a line like the last under a free serial, and loses one', () => {
    const more = withLine(twin, visit)
    expect(personsOf(more)[0]!.visits[0]!.lines.map((l) => l.serial)).toEqual(['1', '3', '4'])
    const less = without(more, visit.lines[0]!.path)
    expect(personsOf(less)[0]!.visits[0]!.lines.map((l) => l.serial)).toEqual(['3', '4'])
    const empty = personsOf({ persons: [{ visits: [{ mdtrt_id: 'V' }] }] })[0]!.visits[0]!
    expect(personsOf(withLine({ persons: [{ visits: [{ mdtrt_id: 'V' }] }] }, empty))[0]!.visits[0]!.lines[0]!.serial).toBe('1')
  })
  it('says what is wrong with a text, and comes back as it was written', () => {
    expect(parseDraft('{').wrong).toBeTruthy()
    expect(parseDraft('[]').wrong).toBeTruthy()
    expect(parseDraft(writeDraft(twin)).tree).toEqual(twin)
  })
})

describe('a kept request asked again', () => {
  it('loses its envelope, its number and what was hidden', () => {
    expect(draftOf(national)).toEqual({
      time: '2026-03-01 10:00:00', trig_scen: '2',
      patient_dtos: { patn_id: 'P2', fsi_encounter_dtos: [{ mdtrt_id: 'V2', fsi_order_dtos: [{ rx_id: 'R7', sumamt: 5 }] }] },
    })
  })
  it('is none when it was no draft', () => {
    expect(draftOf({ warn_type: '2', warns: [] })).toBeNull()
    expect(draftOf('***')).toBeNull()
  })
})

describe('the place of a mistake', () => {
  const at = (place: string) => placeOf(twin, place)
  it('is found whatever the names of the tree are', () => {
    expect(at('patient_dtos[0].fsi_encounter_dtos[0].fsi_order_dtos[1].cnt')).toEqual(['persons', 0, 'visits', 0, 'lines', 1, 'cnt'])
    expect(at('patient_dtos[0].patn_id')).toEqual(['persons', 0, 'psn_no'])
    expect(at('patient_dtos[0].fsi_encounter_dtos[0].fsi_order_dtos[0].rx_id')).toEqual(['persons', 0, 'visits', 0, 'lines', 0, 'bkkp_sn'])
    expect(placeOf(national, 'patient_dtos[0].fsi_encounter_dtos[0].fsi_order_dtos[0].sumamt')).toEqual(['input', 'data', 'patient_dtos', 'fsi_encounter_dtos', 0, 'fsi_order_dtos', 0, 'sumamt'])
    expect(at('time')).toEqual(['time'])
  })
  it('is none where it names nothing', () => {
    expect(at('')).toBeNull()
    expect(placeOf(undefined, 'time')).toBeNull()
  })
})
