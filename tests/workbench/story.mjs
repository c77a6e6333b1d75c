// The whole life of a clue, step by step: from the queue to a recovered yuan, by five people, three experts and the institution.
//
//   const story = new Story(await castOf(stage.url));
//   for (const step of steps) await story[step]();
//
// Every step asks the interface the way a page does and checks what it says. A test that clicks instead overrides a step and
// calls the same check.
import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { absentFrom } from './interface.mjs';
import { signIn } from './person.mjs';

export const parts = ['auditor', 'auditor2', 'representative', 'hospital1', 'expert1', 'expert2', 'expert3', 'approver1', 'approver2',
  'approver3', 'approver4', 'inspector', 'analyst', 'operator'];

export async function castOf(url) {
  const people = {};
  for (const part of parts) people[part] = await signIn(url, part);
  return people;
}

// A day so many days from today, in the fund's zone.
export function day(offset = 0) {
  return new Date(Date.now() + 8 * 3600_000 + offset * 86_400_000).toISOString().slice(0, 10);
}

// A picture that any program opens: 8 x 8 points, grey.
export function photo() {
  const crc32 = (bytes) => {
    let crc = ~0;
    for (const byte of bytes) {
      crc ^= byte;
      for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
  };
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 0, 0, 0, 0]);
  const rows = Buffer.alloc(8 * 9, 0x80).map((value, i) => (i % 9 === 0 ? 0 : value));
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

export const steps = ['takeNext', 'triage', 'openCase', 'sendRepresentative', 'checkOnSite', 'issueOpinion', 'answer', 'review', 'appeal',
  'drawExperts', 'expertsVote', 'draftDecision', 'approve', 'deliver', 'execute', 'printPapers', 'closeCase', 'reconcile'];

export class Story {
  constructor(people) {
    Object.assign(this, people);
    this.people = people;
  }

  // ---- the clue

  // The clue this story is about: open, of the institution whose clerk is hospital1, with lines enough to disagree about.
  async chooseClue() {
    this.institution = this.hospital1.me.institution;
    this.funnelBefore = await this.auditor.get('/api/funnel');
    assert.equal(this.funnelBefore.reconciled, true);
    const page = await this.auditor.get(`/api/clues?institution=${this.institution}&view=pool&sort=-rank&size=50`);
    assert.ok(page.total > 0, 'the institution has clues');
    return page.rows[0];
  }

  async takeNext() {
    const first = await this.chooseClue();
    this.clue = await this.auditor.post('/api/clues/next', { institution: this.institution });
    assert.equal(this.clue.id, first.id, 'the highest rank comes first');
    this.tookNext();
  }
  tookNext() {
    assert.equal(this.clue.locked_by, this.auditor.me.id);
    assert.equal(this.clue.institution, this.institution);
    assert.ok(this.clue.actions.includes('verdict'));
  }

  async allSuspects() {
    const rows = [];
    for (let page = 1; ; page++) {
      const answer = await this.auditor.get(`/api/clues/${this.clue.id}/suspects?size=200&page=${page}`);
      rows.push(...answer.rows);
      if (rows.length >= answer.total || answer.rows.length === 0) return rows;
    }
  }

  // All confirmed; where there are several, one is refuted. The colleague who comes too late is told.
  async triage() {
    await this.tooLate();
    const suspects = await this.allSuspects();
    const verdicts = [];
    if (suspects.length > 3) verdicts.push({ suspect: suspects.at(-1).id, verdict: 'refuted', note: '病历支持' });
    verdicts.push({ all: true, verdict: 'confirmed', note: '与病历不符' });
    this.clue = await this.auditor.post(`/api/clues/${this.clue.id}/verdicts`, { version: this.clue.version, conduct: 'conduct', verdicts });
    await this.triaged();
  }
  async tooLate() {
    const { status, body } = await this.auditor2.ask('POST', `/api/clues/${this.clue.id}/verdicts`,
      { version: this.clue.version, verdicts: [{ all: true, verdict: 'refuted' }] });
    assert.equal(status, 409, JSON.stringify(body));
    assert.equal(body.code, 'locked_by_other');
  }
  async triaged() {
    assert.equal(this.clue.undecided, 0);
    assert.ok(this.clue.confirmed_fen > 0);
    const stale = await this.auditor.ask('POST', `/api/clues/${this.clue.id}/verdicts`, { version: this.clue.version - 1, verdicts: [{ all: true, verdict: 'refuted' }] });
    assert.equal(stale.status, 409);
    assert.equal(stale.body.code, 'version_conflict');
    const history = await this.auditor.get(`/api/clues/${this.clue.id}/history`);
    assert.ok(history.length >= 2);
  }

  // ---- the case

  async openCase() {
    this.case = await this.auditor.post('/api/cases', { clues: [this.clue.id], title: '违规收费核查', track: 'agency' });
    this.openedCase();
    await this.setTeam();
  }
  openedCase() {
    assert.equal(this.case.state, 'filed');
    assert.equal(this.case.institution, this.institution);
  }
  async setTeam() {
    this.case = await this.auditor.put(`/api/cases/${this.case.id}/team`,
      { handler: this.auditor.me.id, assistants: [this.auditor2.me.id], version: this.case.version });
    assert.equal(this.case.assistants.length, 1);
  }
  async caseNow() {
    this.case = await this.auditor.get(`/api/cases/${this.case.id}`);
    return this.case;
  }

  async sendRepresentative() {
    this.task = await this.auditor.post(`/api/cases/${this.case.id}/tasks`,
      { kind: 'on_site', assignee: this.representative.me.id, due: day(5), text: '核对在床患者与收费明细' });
    assert.equal(this.task.state, 'open');
  }

  async checkOnSite() {
    const mine = await this.representative.get('/api/tasks?view=mine&state=open');
    assert.ok(mine.rows.some((task) => task.id === this.task.id), 'the task is on the list');
    let task = await this.representative.get(`/api/tasks/${this.task.id}`);
    const query = new URLSearchParams({ object_kind: 'task', object_id: task.id, name: '床位.png', taken_at: '2026-11-25T09:30:00+08:00', lat: '30.81', lon: '108.39' });
    this.photo = await this.representative.post(`/api/evidence?${query}`, photo());
    const { status, body } = await this.representative.ask('GET', `/api/evidence/${this.photo.id}`);
    assert.equal(status, 200);
    assert.ok(photo().equals(body), 'the photo comes back as it was');
    const items = task.items.map((item) => ({
      code: item.code,
      answer: { yes_no: 'yes', number: '1', choice: item.choices?.[0], text: '患者称未做该项目' }[item.kind] ?? null,
      evidence: item.kind === 'photo' ? [this.photo.id] : [],
    }));
    const halves = items.filter((item) => item.evidence.length === 0);
    const incomplete = await this.representative.ask('POST', `/api/tasks/${task.id}/report`, { version: task.version, items: halves, conclusion: 'partly', summary: '缺照片' });
    assert.equal(incomplete.status, 422, 'a report without its photo is refused');
    assert.ok(incomplete.body.errors.length > 0);
    task = await this.representative.put(`/api/tasks/${task.id}`, { version: task.version, items: halves });
    this.task = await this.representative.post(`/api/tasks/${task.id}/report`, { version: task.version, items, conclusion: 'partly', summary: '部分项目未实施' });
    this.checkedOnSite();
  }
  checkedOnSite() {
    assert.equal(this.task.state, 'done');
    assert.equal(this.task.conclusion, 'partly');
  }

  // ---- the institution

  async issueOpinion() {
    const { version } = await this.caseNow();
    this.opinion = await this.auditor.post(`/api/cases/${this.case.id}/opinions`, { version, text: '经核查，下列明细涉嫌违规，请逐条答复。' });
    this.issuedOpinion();
  }
  issuedOpinion() {
    assert.equal(this.opinion.state, 'issued');
    assert.equal(this.opinion.amount_fen, this.clue.confirmed_fen);
  }

  async answer() {
    const list = await this.hospital1.get('/api/opinions?state=issued');
    assert.ok(list.rows.some((row) => row.id === this.opinion.id));
    let opinion = await this.hospital1.get(`/api/opinions/${this.opinion.id}`);
    const paper = await this.hospital1.post(`/api/evidence?object_kind=answer&object_id=${opinion.id}&name=${encodeURIComponent('说明.txt')}`, Buffer.from('医嘱单复印件'));
    const contested = opinion.lines.slice(0, Math.min(2, opinion.lines.length));
    this.contested = contested.map((line) => line.line);
    const lines = opinion.lines.map((line) => this.contested.includes(line.line)
      ? { line: line.line, answer: 'contest', answer_amt_fen: 0, reason: '医嘱齐全，已实施', evidence: [paper.id] }
      : { line: line.line, answer: 'accept' });
    const silent = lines.map((line) => ({ ...line, reason: '' }));
    const refused = await this.hospital1.ask('POST', `/api/opinions/${opinion.id}/answer`, { version: opinion.version, lines: silent });
    assert.equal(refused.status, 422, 'to contest needs a reason');
    opinion = await this.hospital1.put(`/api/opinions/${opinion.id}/answer`, { version: opinion.version, lines });
    this.opinion = await this.hospital1.post(`/api/opinions/${opinion.id}/answer`, { version: opinion.version, lines, remark: '其余认可' });
    this.answered();
  }
  answered() {
    assert.equal(this.opinion.state, 'answered');
    assert.ok(this.opinion.contested_fen > 0);
  }

  async review() {
    let opinion = await this.auditor.get(`/api/opinions/${this.opinion.id}`);
    this.lines = new Map(opinion.lines.map((line) => [line.line, line]));
    const lines = this.contested.map((line) => ({ line, review: 'uphold', reason: '无执行记录' }));
    this.opinion = await this.auditor.post(`/api/opinions/${opinion.id}/review`, { version: opinion.version, lines });
    assert.equal(this.opinion.state, 'reviewed');
  }

  async appeal() {
    const opinion = await this.hospital1.get(`/api/opinions/${this.opinion.id}`);
    assert.ok(opinion.actions.includes('appeal'));
    this.opinion = await this.hospital1.post(`/api/opinions/${opinion.id}/appeal`, { lines: this.contested, reason: '请专家合议', version: opinion.version });
    assert.equal(this.opinion.state, 'appealed');
    const page = await this.auditor.get('/api/appeals?view=all');
    this.appealed = page.rows.find((row) => row.opinion === this.opinion.id);
    assert.ok(this.appealed);
  }

  async drawExperts() {
    this.appealed = await this.auditor.post(`/api/appeals/${this.appealed.id}/experts`, { count: 3, seed: '公开种子 2026' });
    assert.equal(this.appealed.experts.length, 3);
  }

  // The first contested line is lowered to half by two of three; any other is upheld by all.
  async expertsVote() {
    for (const [i, name] of ['expert1', 'expert2', 'expert3'].entries()) {
      const mine = await this[name].get('/api/appeals?view=mine');
      const appeal = mine.rows.find((row) => row.id === this.appealed.id);
      assert.ok(appeal, `${name} sees the appeal he sits on`);
      await this.expertVotes(this[name], i, appeal);
    }
    const opinion = await this.hospital1.get(`/api/opinions/${this.opinion.id}`);
    assert.equal(opinion.state, 'settled');
    this.confirmedFen = opinion.confirmed_fen;
    assert.ok(this.confirmedFen > 0 && this.confirmedFen < this.clue.confirmed_fen);
  }
  votesOf(i) {
    const whole = this.lines.get(this.contested[0]).chk_vola_amt_fen;
    return this.contested.map((line, k) => k === 0 && i < 2 && whole > 1
      ? { line, review: 'lower', amt_fen: Math.floor(whole / 2), reason: '部分实施' }
      : { line, review: 'uphold' });
  }
  expertVotes(expert, i, appeal) {
    return expert.post(`/api/appeals/${appeal.id}/votes`, { version: appeal.version, lines: this.votesOf(i) });
  }

  // ---- decision and approval

  // Recovery, damages and a suspension: the last needs all four levels.
  async draftDecision() {
    const { version } = await this.caseNow();
    const choices = await this.auditor.get(`/api/cases/${this.case.id}/sanctions`);
    assert.ok(choices.length > 0);
    const measures = [
      { kind: 'recover', article: choices[0].article },
      { kind: 'liquidated_damages', article: choices[0].article, multiple: '0.30' },
      { kind: 'suspend', article: choices[0].article, from: day(), until: day(30), target: '骨科' },
    ];
    const fine = await this.auditor.ask('POST', `/api/cases/${this.case.id}/decisions`,
      { version, facts: '事实', reasons: '理由', articles: [choices[0].article], measures: [{ kind: 'fine', multiple: '2' }] });
    assert.equal(fine.status, 422, 'the agency track cannot fine');
    this.decision = await this.auditor.post(`/api/cases/${this.case.id}/decisions`,
      { version, facts: '经核查并合议，违规事实成立。', reasons: '违反服务协议。', articles: [choices[0].article], measures });
    this.drafted();
  }
  drafted() {
    assert.equal(this.decision.confirmed_fen, this.confirmedFen);
    assert.equal(this.decision.level, 4, this.decision.level_why_en);
  }

  async approve() {
    this.decision = await this.auditor.post(`/api/decisions/${this.decision.id}/submit`, { version: this.decision.version });
    await this.findApproval();
    await this.wrongOnesAreRefused();
    for (let step = 1; step <= 4; step++) await this.approves(this[`approver${step}`], step);
    await this.approved();
  }
  async findApproval() {
    assert.equal(this.decision.state, 'approving');
    this.approval = (await this.approver1.get('/api/approvals?view=waiting')).rows.find((row) => row.decision === this.decision.id);
    assert.ok(this.approval, 'it waits for the first level');
  }
  // Out of turn, the drafter himself, somebody else's level.
  async wrongOnesAreRefused() {
    for (const [who, step] of [['approver2', 2], ['auditor', 1], ['approver3', 1], ['hospital1', 1]]) {
      const { status } = await this[who].ask('POST', `/api/approvals/${this.approval.id}/votes`, { step, vote: 'agree' });
      assert.ok([403, 404, 409].includes(status), `${who} on level ${step}: ${status}`);
    }
  }
  async approves(person, step) {
    const approval = await person.get(`/api/approvals/${this.approval.id}`);
    assert.equal(approval.waiting_for_me, true, `it is ${person.login}'s turn`);
    this.approval = await person.post(`/api/approvals/${this.approval.id}/votes`, { step, vote: 'agree', comment: '同意' });
    const twice = await person.ask('POST', `/api/approvals/${this.approval.id}/votes`, { step: Math.min(step + 1, 4), vote: 'agree' });
    assert.ok([403, 409].includes(twice.status), `${person.login} votes once`);
  }
  async approved() {
    const approval = await this.approver1.get(`/api/approvals/${this.approval.id}`);
    assert.equal(approval.state, 'agreed');
    assert.equal(new Set(approval.steps.flatMap((step) => step.votes.map((vote) => vote.user))).size, 4, 'four different people');
    this.decision = await this.auditor.get(`/api/decisions/${this.decision.id}`);
    assert.equal(this.decision.state, 'in_force');
  }

  async deliver() {
    this.decision = await this.auditor.post(`/api/decisions/${this.decision.id}/deliver`, { way: 'electronic', version: this.decision.version });
    assert.equal(this.decision.state, 'delivered');
  }

  // A first yuan, then the rest.
  async execute() {
    const measure = (kind) => this.decision.measures.find((one) => one.kind === kind);
    const recover = measure('recover');
    await this.pay('recover', Math.min(100, recover.amount_fen), '凭证-1');
    assert.equal((await this.auditor.get('/api/funnel')).recovered_fen, this.funnelBefore.recovered_fen + Math.min(100, recover.amount_fen));
    const over = await this.auditor.ask('POST', `/api/measures/${recover.id}/execute`, { version: this.decision.version, way: 'received', amount_fen: recover.amount_fen, receipt: '多收' });
    assert.equal(over.status, 422, 'not more than what is due');
    if (recover.amount_fen > 100) await this.pay('recover', recover.amount_fen - 100, '凭证-2', 'deducted');
    await this.pay('liquidated_damages', measure('liquidated_damages').amount_fen, '凭证-3');
    for (const way of ['begun', 'ended']) await this.suspends(way);
    assert.equal(this.decision.state, 'executed');
  }
  async suspends(way) {
    const { id } = this.decision.measures.find((one) => one.kind === 'suspend');
    this.decision = await this.auditor.post(`/api/measures/${id}/execute`, { version: this.decision.version, way });
  }
  async pay(kind, fen, receipt, way = 'received') {
    const { id } = this.decision.measures.find((one) => one.kind === kind);
    this.decision = await this.auditor.post(`/api/measures/${id}/execute`, { version: this.decision.version, way, amount_fen: fen, receipt });
  }

  // ---- the papers and the end

  async printPapers() {
    const wanted = [['review_opinion', { opinion: this.opinion.id }], ['decision', { decision: this.decision.id }], ['monthly_table', { month: day().slice(0, 7) }]];
    this.papers = [];
    if ((await absentFrom(this.auditor.base.origin)).has('makeDocument')) return; // not part of this build
    for (const [kind, about] of wanted) {
      const paper = await this.auditor.post('/api/documents', { kind, ...(kind !== 'monthly_table' && { case: this.case.id }), ...about });
      this.papers.push(paper);
      for (const format of paper.formats) {
        const { status, body } = await this.auditor.ask('GET', `/api/documents/${paper.id}/file?format=${format}`);
        assert.equal(status, 200, `${kind} as ${format}`);
        const start = body.subarray(0, 4).toString('latin1');
        if (format === 'pdf') assert.equal(start, '%PDF');
        else if (format === 'html') assert.match(body.toString(), /<html/i);
        else assert.equal(start, 'PK\x03\x04');
      }
    }
  }

  async closeCase() {
    const { version } = await this.caseNow();
    this.case = await this.auditor.post(`/api/cases/${this.case.id}/close`, { reason: 'executed', exposure: false, exposure_reason: '金额较小', version });
    assert.equal(this.case.state, 'closed');
    assert.equal((await this.auditor.get(`/api/clues/${this.clue.id}`)).status, 'closed');
  }

  async reconcile() {
    const funnel = await this.auditor.get('/api/funnel');
    assert.equal(funnel.reconciled, true);
    assert.equal(funnel.identified_fen, this.funnelBefore.identified_fen, 'nothing was made or lost');
    assert.equal(funnel.recovered_fen - this.funnelBefore.recovered_fen, this.confirmedFen);
    const balance = await this.auditor.get('/api/ledger/balance');
    assert.equal(balance.difference_fen, 0);
    assert.equal(balance.reconciled, true);
    const entries = await this.auditor.get(`/api/ledger?case=${this.case.id}&size=200`);
    const first = entries.rows.find((entry) => entry.to === 'recovered' && entry.receipt === '凭证-1');
    assert.equal(first?.institution_name, this.case.institution_name);
    const trail = await this.operator.post('/api/trail/verify');
    assert.equal(trail.ok, true);
  }
}
