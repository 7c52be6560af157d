// Reads texts aloud, in the language of their locale, where the browser can.

// Sentences read at once; all are shown.
const MOST = 10;

const engine = window.speechSynthesis;

/** Whether the browser has a voice at all. */
export const canSpeak = Boolean(engine) && typeof SpeechSynthesisUtterance === "function";

/** Reads out texts, one after the other; done is called at the end. */
export function speak(texts, locale, done) {
  stop();
  const utterances = texts.slice(0, MOST).map((text) => new SpeechSynthesisUtterance(text));
  for (const utterance of utterances) {
    utterance.lang = locale;
    engine.speak(utterance);
  }
  const last = utterances[utterances.length - 1];
  if (last) for (const name of ["end", "error"]) last.addEventListener(name, done);
  else done();
}

/** Says no more. */
export function stop() {
  if (canSpeak) engine.cancel();
}
