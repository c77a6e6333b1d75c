// The story of tests/workbench/story.mjs with clicks and keys. What the session asks besides are questions: how things stand, and
// whether what nobody may do is refused.
import assert from 'node:assert/strict';
import { day, photo, Story } from '../workbench/story.mjs';
import { words } from './words.mjs';

export class ClickedStory extends Story {
  constructor(desks) {
    super(Object.fromEntries(Object.entries(desks).map(([part, desk]) => [part, desk.person])));
    this.desks = desks;
  }
  async until(what, tries = 150) {
    for (let i = 0; i < tries; i++) {
      if (await what()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail('it did not happen');
  }
  // The button that ends a dialog.
  dialogYes(page) {
    return page.locator('.el-dialog:visible .el-dialog__footer .el-button--primary, .el-dialog:visible .el-dialog__footer .el-button--danger').last().click();
  }
  dialog(desk) {
    return desk.page.locator('.el-dialog:visible').last();
  }
  // Chooses in a list of Element Plus by what the choice says.
  async pick(desk, list, text) {
    await list.click();
    await desk.page.locator('.el-select-dropdown:visible .el-select-dropdown__item', { hasText: text }).first().click();
  }
  // A day is typed and ended with Enter, and then stands in its field.
  async chooseDay(field, text) {
    await field.fill(text);
    await field.press('Enter');
    assert.equal(await field.inputValue(), text);
  }
  yes(page) {
    return page.locator('.el-message-box:visible .el-button--primary').click();
  }

  // ---- the clue

  async takeNext() {
    const first = await this.chooseClue();
    const desk = this.desks.auditor;
    await desk.go(`/clues?institution=${this.institution}`);
    await desk.see(first.no);
    await desk.check('01-clues');
    await desk.page.keyboard.press('n');
    await desk.page.waitForURL(/\/clue\/c\d+/);
    const id = new URL(desk.page.url()).pathname.split('/').at(-1);
    assert.equal(id, first.id, 'the highest rank comes first');
    await this.clueNow();
    this.tookNext();
  }
  async clueNow() {
    const id = this.clue?.id ?? new URL(this.desks.auditor.page.url()).pathname.split('/').at(-1);
    this.clue = await this.auditor.get(`/api/clues/${id}`);
    return this.clue;
  }

  // One refuted by r where there are several, the rest confirmed by C, rule by rule.
  async triage() {
    await this.tooLate();
    const desk = this.desks.auditor;
    const { keyboard } = desk.page;
    await desk.check('02-clue');
    const suspects = await this.allSuspects();
    await keyboard.press('j');
    await keyboard.press('k');
    if (suspects.length > 3) {
      await keyboard.press('r');
      await this.until(async () => (await this.clueNow()).undecided < suspects.length);
    }
    for (let rule = 0; rule < 50 && this.clue.undecided > 0; rule++) {
      const before = this.clue.undecided;
      await desk.settle();
      await keyboard.press('C');
      await this.yes(desk.page);
      await this.until(async () => (await this.clueNow()).undecided < before);
    }
    await this.triaged();
    await desk.check('03-triaged');
  }

  // ---- the case

  async openCase() {
    const desk = this.desks.auditor;
    await desk.settle();
    await desk.press(words('open_case.yes'));
    await desk.page.locator('.el-dialog:visible input').first().fill('违规收费核查');
    await this.dialogYes(desk.page);
    await desk.page.waitForURL(/\/cases\/a\d+/);
    this.case = await this.auditor.get(`/api/cases/${new URL(desk.page.url()).pathname.split('/').at(-1)}`);
    this.openedCase();
    await this.setTeam();
    await desk.check('04-case');
  }
  async setTeam() {
    const desk = this.desks.auditor;
    await desk.settle();
    await desk.press(words('case_action.set_team'));
    await this.pick(desk, this.dialog(desk).locator('.el-select').nth(1), this.auditor2.me.name);
    await desk.page.keyboard.press('Tab');
    await this.dialogYes(desk.page);
    await this.until(async () => (await this.caseNow()).assistants.length === 1);
    await desk.settle();
  }

  async sendRepresentative() {
    const desk = this.desks.auditor;
    await desk.go(`/cases/${this.case.id}`);
    await desk.press(words('case_action.add_task'));
    const dialog = this.dialog(desk);
    await this.pick(desk, dialog.locator('.el-select').first(), this.representative.me.name);
    await this.chooseDay(dialog.locator('.yj-day input'), day(5));
    await dialog.locator('textarea').fill('核对在床患者与收费明细');
    await this.dialogYes(desk.page);
    await this.until(async () => (await this.caseNow()).tasks.length === 1);
    this.task = this.case.tasks[0];
    assert.equal(this.task.state, 'open');
  }

  async checkOnSite() {
    const desk = this.desks.representative;
    const { page } = desk;
    await desk.go('/tasks');
    await desk.check('05-tasks-phone');
    await desk.go(`/tasks/${this.task.id}`);
    const task = await this.representative.get(`/api/tasks/${this.task.id}`);
    for (const item of task.items) {
      const field = page.locator(`#item-${item.code}`);
      if (item.kind === 'photo') {
        await field.locator('input[type=file]').setInputFiles({ name: '床位.png', mimeType: 'image/png', buffer: photo() });
        await field.locator('p.photo').waitFor();
      } else if (item.kind === 'yes_no' || item.kind === 'choice') await field.locator('.el-radio-button').first().click();
      else await field.locator('input, textarea').first().fill(item.kind === 'number' ? '1' : '患者称未做该项目');
    }
    await desk.check('06-task-phone');
    await page.locator('#conclusion .el-radio-button', { hasText: words('conclusion.partly') }).click();
    await page.locator('#conclusion textarea').fill('部分项目未实施');
    await desk.press(words('tasks.hand_in'));
    const box = page.locator('.el-message-box:visible .el-button--primary');
    await box.click({ timeout: 3000 }).catch(() => {});
    await this.until(async () => (this.task = await this.representative.get(`/api/tasks/${this.task.id}`)).state === 'done');
    this.photo = this.task.evidence[0];
    const { body } = await this.representative.ask('GET', `/api/evidence/${this.photo.id}`);
    assert.ok(photo().equals(body), 'the photo comes back as it was');
    this.checkedOnSite();
  }

  async issueOpinion() {
    const desk = this.desks.auditor;
    await desk.go(`/cases/${this.case.id}`);
    await desk.press(words('case_action.issue_opinion'));
    await desk.page.locator('.el-dialog:visible textarea').first().fill('经核查，下列明细涉嫌违规，请逐条答复。');
    await this.dialogYes(desk.page);
    await this.until(async () => (await this.caseNow()).opinions.length === 1);
    this.opinion = await this.auditor.get(`/api/opinions/${this.case.opinions[0].id}`);
    this.issuedOpinion();
  }

  // ---- the institution

  async answer() {
    const desk = this.desks.hospital1;
    const { page } = desk;
    await desk.go('/opinions');
    await desk.see(this.opinion.no);
    await desk.check('07-opinions');
    await desk.go(`/opinions/${this.opinion.id}`);
    const opinion = await this.hospital1.get(`/api/opinions/${this.opinion.id}`);
    this.contested = opinion.lines.slice(0, Math.min(2, opinion.lines.length)).map((line) => line.line);
    for (let i = 0; i < this.contested.length; i++) {
      const field = page.locator('.answer').nth(i);
      await field.locator('.el-radio-button', { hasText: words('answer.contest') }).click();
      await field.locator('textarea').first().fill('医嘱齐全，已实施');
    }
    if (opinion.lines.length > this.contested.length) {
      await page.getByRole('button', { name: words('opinions.accept_all', { count: opinion.lines.length - this.contested.length }) }).click();
    }
    await desk.check('08-opinion');
    await page.getByRole('button', { name: words('opinions.submit'), exact: true }).click();
    await this.yes(page);
    await this.until(async () => (this.opinion = await this.hospital1.get(`/api/opinions/${opinion.id}`)).state === 'answered');
    // The order of lines on the page is the page's: what was contested is what the server says.
    this.contested = this.opinion.lines.filter((line) => line.answer === 'contest').map((line) => line.line);
    this.answered();
  }

  async review() {
    const desk = this.desks.auditor;
    const { page } = desk;
    const opinion = await this.auditor.get(`/api/opinions/${this.opinion.id}`);
    this.lines = new Map(opinion.lines.map((line) => [line.line, line]));
    await desk.go(`/cases/${this.case.id}?tab=opinions`);
    await desk.press(words('case_action.review_answer'));
    for (let i = 0; i < this.contested.length; i++) {
      const field = page.locator('.review').nth(i);
      await field.locator('.el-radio-button', { hasText: words('review.uphold') }).click();
      await field.locator('textarea').first().fill('无执行记录');
    }
    await desk.check('09-review');
    await page.getByRole('button', { name: words('case.review_yes') }).click();
    await this.yes(page);
    await this.until(async () => (this.opinion = await this.auditor.get(`/api/opinions/${opinion.id}`)).state === 'reviewed');
  }

  // With a paper that goes with it.
  async appeal() {
    const desk = this.desks.hospital1;
    await desk.go(`/opinions/${this.opinion.id}`);
    await desk.press(words('opinions.appeal'));
    const dialog = this.dialog(desk);
    await dialog.locator('textarea').fill('请专家合议');
    await dialog.locator('input[type=file]').setInputFiles({ name: '申诉材料.txt', mimeType: 'text/plain', buffer: Buffer.from('医嘱单复印件') });
    await dialog.getByText('申诉材料.txt').waitFor();
    await this.dialogYes(desk.page);
    await this.until(async () => (this.opinion = await this.hospital1.get(`/api/opinions/${this.opinion.id}`)).state === 'appealed');
    const { rows } = await this.auditor.get('/api/appeals?view=all');
    this.appealed = rows.find((row) => row.opinion === this.opinion.id);
    assert.ok(this.appealed);
    const { evidence } = await this.auditor.get(`/api/opinions/${this.opinion.id}`);
    assert.ok(evidence.some((paper) => paper.name === '申诉材料.txt'), 'the bureau sees the paper that goes with the appeal');
  }

  async drawExperts() {
    const desk = this.desks.auditor;
    await desk.go(`/cases/${this.case.id}?tab=opinions`);
    await desk.press(words('case_action.draw_experts'));
    await this.dialog(desk).locator('input[maxlength="100"]').fill('公开种子 2026');
    await this.dialogYes(desk.page);
    await this.dialog(desk).getByText(words('case.drawn')).waitFor();
    const { rows } = await this.auditor.get('/api/appeals?view=all');
    this.appealed = rows.find((row) => row.id === this.appealed.id);
    assert.equal(this.appealed.experts.length, 3);
  }

  async expertVotes(expert, i, appeal) {
    const desk = this.desks[expert.login];
    await desk.go(`/appeals/${appeal.id}`);
    const votes = this.votesOf(i);
    const whole = this.lines.get(this.contested[0]).chk_vola_amt_fen;
    for (const [k, vote] of votes.entries()) {
      const field = desk.page.locator('.review').nth(k);
      await field.locator('.el-radio-button', { hasText: words(`review.${vote.review}`) }).click();
      if (vote.review === 'lower') await field.locator('input:not([type=radio])').first().fill((Math.floor(whole / 2) / 100).toFixed(2));
      await field.locator('textarea').first().fill('部分实施');
    }
    if (i === 0) await desk.check('10-appeal');
    await desk.page.getByRole('button', { name: words('appeals.vote') }).click();
    await desk.page.locator('.el-message-box:visible .el-button--primary').click({ timeout: 3000 }).catch(() => {});
    await this.until(async () => {
      const { rows } = await expert.get('/api/appeals?view=all');
      return rows.find((row) => row.id === appeal.id)?.experts.find((one) => one.user === expert.me.id)?.voted;
    });
  }

  // ---- decision and approval

  async draftDecision() {
    const desk = this.desks.auditor;
    const { page } = desk;
    await desk.go(`/cases/${this.case.id}?tab=decisions`);
    await desk.press(words('case_action.draft_decision'));
    const dialog = this.dialog(desk);
    const measure = (i) => dialog.locator('.measure').nth(i);
    await measure(0).waitFor();
    await dialog.locator('textarea').nth(0).fill('经核查并合议，违规事实成立。');
    await dialog.locator('textarea').nth(1).fill('违反服务协议。');
    for (const [i, kind] of ['liquidated_damages', 'suspend'].entries()) {
      await dialog.getByRole('button', { name: words('draft.add') }).click();
      await this.pick(desk, measure(i + 1).locator('.el-select.kind'), words(`measure.${kind}`));
    }
    await measure(1).getByLabel(words('draft.multiple')).fill('0.30');
    await this.chooseDay(measure(2).locator('.yj-day input').nth(0), day());
    await this.chooseDay(measure(2).locator('.yj-day input').nth(1), day(30));
    await desk.shoot('11-draft');
    await this.dialogYes(page);
    await this.until(async () => (await this.caseNow()).decisions.length === 1);
    this.decision = await this.auditor.get(`/api/decisions/${this.case.decisions[0].id}`);
    this.drafted();
  }

  async approve() {
    const desk = this.desks.auditor;
    await desk.go(`/cases/${this.case.id}?tab=decisions`);
    await desk.check('11-decision');
    await desk.press(words('case_action.submit_decision'));
    await desk.page.locator('.el-message-box:visible .el-button--primary').click({ timeout: 3000 }).catch(() => {});
    await this.until(async () => (this.decision = await this.auditor.get(`/api/decisions/${this.decision.id}`)).state === 'approving');
    await this.findApproval();
    await this.wrongOnesAreRefused();
    for (let step = 1; step <= 4; step++) await this.approves(this[`approver${step}`], step);
    await this.approved();
  }
  async approves(person, step) {
    const desk = this.desks[person.login];
    await desk.go('/approvals');
    await desk.see(this.approval.decision_no);
    if (step === 1) await desk.check('12-approvals');
    await desk.go(`/approvals/${this.approval.id}`);
    await desk.page.locator('.vote textarea').fill('同意');
    if (step === 1) await desk.check('13-approval');
    await desk.page.getByRole('button', { name: words('approval_vote.agree'), exact: true }).click();
    await desk.page.locator('.el-message-box:visible .el-button--primary').click({ timeout: 3000 }).catch(() => {});
    await this.until(async () => {
      this.approval = await person.get(`/api/approvals/${this.approval.id}`);
      return this.approval.steps[step - 1].state === 'passed';
    });
    const twice = await person.ask('POST', `/api/approvals/${this.approval.id}/votes`, { step: Math.min(step + 1, 4), vote: 'agree' });
    assert.ok([403, 409].includes(twice.status), `${person.login} votes once`);
  }

  async deliver() {
    const desk = this.desks.auditor;
    await desk.go(`/cases/${this.case.id}?tab=decisions`);
    await desk.press(words('case_action.deliver'));
    await this.dialogYes(desk.page);
    await this.until(async () => (this.decision = await this.auditor.get(`/api/decisions/${this.decision.id}`)).state === 'delivered');
  }

  // What is due stands in the dialog; the first yuan is typed.
  async pay(kind, fen, receipt, way = 'received') {
    const desk = this.desks.auditor;
    await this.execution(kind, async (dialog) => {
      await dialog.locator('.el-radio', { hasText: words(`execution.${way}`) }).click();
      await dialog.locator('input:not([type=radio])').first().fill((fen / 100).toFixed(2));
      await dialog.locator('input[maxlength="100"]').fill(receipt);
      if (receipt === '凭证-1') await desk.shoot('14-execute');
    });
  }
  async suspends(way) {
    await this.execution('suspend', (dialog) => dialog.locator('.el-radio', { hasText: words(`execution.${way}`) }).click());
  }
  async execution(kind, fill) {
    const desk = this.desks.auditor;
    const { version } = this.decision;
    const at = this.decision.measures.filter((one) => ['planned', 'in_force', 'partly'].includes(one.state)).findIndex((one) => one.kind === kind);
    await desk.go(`/cases/${this.case.id}?tab=decisions`);
    await desk.page.getByRole('button', { name: words('case_action.execute'), exact: true }).nth(at).click();
    await this.dialog(desk).getByText(words('case.execute_title', { measure: words(`measure.${kind}`) })).waitFor();
    await fill(this.dialog(desk));
    await this.dialogYes(desk.page);
    await this.until(async () => (this.decision = await this.auditor.get(`/api/decisions/${this.decision.id}`)).version > version);
  }

  // ---- the papers and the end

  // Each is made in the dialog, seen in the browser and taken away in every format.
  async printPapers() {
    const desk = this.desks.auditor;
    this.papers = [];
    for (const kind of ['review_opinion', 'decision', 'monthly_table']) {
      await desk.go(kind === 'monthly_table' ? '/documents' : `/cases/${this.case.id}?tab=files`);
      await desk.press(words('documents.make'));
      await this.pick(desk, this.dialog(desk).locator('.el-select').first(), words(`document_kind.${kind}`));
      await this.dialogYes(desk.page);
      await desk.page.waitForURL(/\/documents\/[^/?]+$/, { timeout: 60_000 });
      await this.readsPaper(desk, words(`document_kind.${kind}`));
      await desk.check(kind === 'decision' ? '18-document' : kind);
      const paper = await this.auditor.get(`/api/documents/${new URL(desk.page.url()).pathname.split('/').at(-1)}`);
      assert.equal(paper.kind, kind);
      for (const format of paper.formats) {
        const { status } = await this.auditor.ask('GET', `/api/documents/${paper.id}/file?format=${format}`);
        assert.equal(status, 200, `${kind} as ${format}`);
      }
      this.papers.push(paper);
    }
  }

  // The paper stands in the frame, in words and in ink: a page without either says nothing to the console.
  async readsPaper(desk, kind) {
    const preview = desk.page.locator('iframe.preview');
    await preview.waitFor();
    const paper = preview.contentFrame().locator('body');
    await this.until(async () => (await paper.innerText()).length > 100);
    assert.match(await paper.innerText(), /\p{Script=Han}{10}/u, `${kind} can be read`);
    const box = await preview.boundingBox();
    assert.ok(box.width > 300 && box.height > 300, `${kind} has room`);
    // White paper packs to a few kilobytes.
    await this.until(async () => (await preview.screenshot()).length > 15_000);
  }

  async closeCase() {
    const desk = this.desks.auditor;
    await desk.go(`/cases/${this.case.id}`);
    await desk.press(words('case_action.close'));
    const dialog = this.dialog(desk);
    await dialog.locator('.el-radio', { hasText: words('case.exposure_no') }).click();
    await dialog.locator('textarea').last().fill('金额较小');
    await this.dialogYes(desk.page);
    await this.until(async () => (await this.caseNow()).state === 'closed');
    assert.equal((await this.auditor.get(`/api/clues/${this.clue.id}`)).status, 'closed');
  }

  async reconcile() {
    await super.reconcile();
    const desk = this.desks.auditor;
    await desk.go(`/ledger?case=${this.case.id}`);
    await desk.see('凭证-1');
    await desk.check('15-ledger');
  }
}
