// What pages do in the browser: a request of htmx bears the proof that a form bears, and figures are drawn.
"use strict";

document.addEventListener("htmx:config:request", (event) => {
  const proof = document.querySelector('meta[name="csrf"]');
  if (proof) event.detail.ctx.request.headers["X-CSRF-Token"] = proof.content;
});

// A second press while the first is on its way sends nothing: it would be told that somebody was quicker, or do it twice.
// Where the page stays (a file came, or it is shown again from the browser's memory), the next press counts.
const AGAIN_AFTER = 5000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, AGAIN_AFTER);
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A figure: <div class="chart" data-chart="id"></div> beside <script type="application/json" id="id">…</script>.
// What ECharts would put into the page as HTML with styles it draws instead: the policy of the pages allows no such styles.
// Its own description is English, whatever the page speaks: the place has a label of ours, and an option asks for patterns alone.
function draw(place) {
  const option = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const tooltip = { ...(option.tooltip ?? {}), renderMode: "richText" };
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  chart.setOption({ animation: false, aria: { enabled: false }, ...option, tooltip });
  new ResizeObserver(() => chart.resize()).observe(place);
}

function drawAll(within) {
  for (const place of within.querySelectorAll("[data-chart]:not([data-drawn])")) {
    place.dataset.drawn = "yes";
    draw(place);
  }
}

addEventListener("DOMContentLoaded", () => drawAll(document));
document.addEventListener("htmx:after:swap", () => drawAll(document));

// The prefilled form: LHC-Forms shows it, and what it reads back is sent with the form of the page.
async function showForm() {
  const told = (id) => JSON.parse(document.getElementById(id).textContent);
  const form = window.LForms.Util.convertFHIRQuestionnaireToLForms(told("blank-form"), "R4");
  const filled = window.LForms.Util.mergeFHIRDataIntoLForms("QuestionnaireResponse", told("filled-form"), form, "R4");
  await window.LForms.Util.addFormToPage(filled, "form", { prepopulate: false });
  // a help button says that it opens what is there only once it is open: nobody finds that
  for (const button of document.querySelectorAll("#form [aria-controls]")) {
    if (!document.getElementById(button.getAttribute("aria-controls"))) button.removeAttribute("aria-controls");
  }
  // LHC-Forms speaks English alone: what it writes into empty fields is said in the page's language
  const words = document.getElementById("form-words") ? told("form-words") : {};
  for (const field of document.querySelectorAll("#form [placeholder]")) {
    if (field.placeholder in words) field.placeholder = words[field.placeholder];
  }
  const sender = document.querySelector("form[data-form]");
  if (!sender) return;
  sender.addEventListener("submit", () => {
    const read = window.LForms.Util.getFormFHIRData("QuestionnaireResponse", "R4", "#form");
    sender.elements.response.value = JSON.stringify(read);
  });
  sender.querySelector("button").disabled = false;
}

addEventListener("DOMContentLoaded", () => {
  if (document.getElementById("filled-form")) showForm();
});
