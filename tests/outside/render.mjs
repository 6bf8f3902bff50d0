// LHC-Forms in Chromium: shows our form with each response in it, and gives back what it read out of the page.
// In: {questionnaire, responses, chromium}; out: {errors, forms: [{text, response}]}. Files come from this machine alone.
import { chromium } from 'playwright-core';
import { createServer } from 'http';
import { readFileSync, existsSync } from 'fs';
import { extname, join, normalize } from 'path';

const { questionnaire, responses, chromium: executablePath } = JSON.parse(readFileSync(0, 'utf-8'));
const FOLDER = join(import.meta.dirname, 'node_modules/lforms/dist/lforms');
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html' };
const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<link rel="stylesheet" href="webcomponent/styles.css"><div id="form"></div>
<script src="webcomponent/assets/lib/zone.min.js"></script><script src="webcomponent/lhc-forms.js"></script>
<script src="fhir/R4/lformsFHIR.min.js"></script>`;

const server = createServer((request, reply) => {
  const path = normalize(decodeURIComponent(request.url.split('?')[0]));
  const file = join(FOLDER, path);
  if (path !== '/' && !(file.startsWith(FOLDER) && existsSync(file))) return reply.writeHead(404).end();
  reply.writeHead(200, { 'content-type': path === '/' ? 'text/html' : TYPES[extname(file)] ?? 'application/octet-stream' });
  return reply.end(path === '/' ? PAGE : readFileSync(file));
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const address = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const errors = [], forms = [];
try {
  for (const response of responses) {
    const page = await browser.newPage();
    page.on('pageerror', (fault) => errors.push(String(fault)));
    page.on('console', (line) => { if (line.type() === 'error') errors.push(line.text()); });
    page.on('request', (one) => { if (!/^(data:|http:\/\/127\.0\.0\.1:)/.test(one.url())) errors.push('asked elsewhere'); });
    await page.goto(address);
    await page.waitForFunction(() => Boolean(window.LForms?.Util?.addFormToPage && window.LForms.FHIR));
    await page.evaluate(async ([blank, given]) => {
      const form = LForms.Util.convertFHIRQuestionnaireToLForms(blank, 'R4');
      await LForms.Util.addFormToPage(
        LForms.Util.mergeFHIRDataIntoLForms('QuestionnaireResponse', given, form, 'R4'), 'form', { prepopulate: false });
    }, [questionnaire, response]);
    await page.waitForSelector('#form lhc-item');
    await page.waitForTimeout(1500); // the form is there before it can be read
    forms.push(await page.evaluate(() => ({
      text: document.getElementById('form').innerText,
      response: LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4', '#form'),
    })));
    await page.close();
  }
} finally {
  await browser.close();
  server.close();
}
console.log(JSON.stringify({ errors, forms }));
