// The rule language for CodeMirror: colours, brackets, completion from the server.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const WORDS = new Set(
  "if then else for in return some every satisfies and or not between function instance of external".split(" "),
);
const VALUES = new Set(["true", "false", "null"]);

const feel = StreamLanguage.define({
  startState: () => ({ comment: false }),
  token(stream, state) {
    if (state.comment) {
      state.comment = !stream.match(/^.*?\*\//);
      if (state.comment) stream.skipToEnd();
      return "comment";
    }
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match("/*")) {
      state.comment = true;
      return "comment";
    }
    if (stream.match(/^@?"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(/^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) return "number";
    const word = stream.match(/^[\p{L}_][\p{L}\p{N}_]*/u);
    if (word) return WORDS.has(word[0]) ? "keyword" : VALUES.has(word[0]) ? "atom" : "variableName";
    stream.next();
    return "operator";
  },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.atom], color: "var(--ts-violet-ink)" },
  { tag: tags.number, color: "var(--ts-blue-ink)" },
  { tag: tags.string, color: "var(--ts-green-ink)" },
  { tag: tags.comment, color: "var(--ts-ink-3)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ts-ink)", backgroundColor: "var(--ts-surface)", fontSize: "12.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--ts-mono)", lineHeight: "20px" },
  ".cm-content": { padding: "10px 0", caretColor: "var(--ts-ink)" },
  ".cm-line": { padding: "0 12px" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground, ::selection": { backgroundColor: "var(--ts-accent-soft) !important" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--ts-hover)", outline: "1px solid var(--ts-line-3)" },
  ".cm-placeholder": { color: "var(--ts-ink-3)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--ts-red-dot)", textUnderlineOffset: "4px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--ts-amber-dot)", textUnderlineOffset: "4px" },
  ".cm-tooltip": { backgroundColor: "var(--ts-raised)", color: "var(--ts-ink)", border: "1px solid var(--ts-line-2)", borderRadius: "6px", boxShadow: "var(--ts-float)" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "2px 8px", lineHeight: "20px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--ts-accent-soft)", color: "var(--ts-ink)" },
  ".cm-completionDetail": { color: "var(--ts-ink-2)", fontStyle: "normal", marginLeft: "12px" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-completionInfo": { padding: "6px 10px", maxWidth: "320px", whiteSpace: "pre-line" },
  ".cm-diagnostic": { padding: "4px 10px", borderLeft: "3px solid var(--ts-red-dot)" },
  ".cm-diagnosticAction": { backgroundColor: "var(--ts-accent)", color: "#fff", borderRadius: "4px" },
});

/** Make an editor. ``asks`` finds completions for the text before the cursor, ``changed`` hears of every change. */
export function editor({ root, parent, text, label, hint = "", readonly = false, single = false, keys = [], asks, changed }) {
  const complete = async (context) => {
    const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*/u);
    const dot = context.matchBefore(/\./);
    if (!word && !dot && !context.explicit) return null;
    const found = await asks(context.state.sliceDoc(0, context.pos));
    if (!found?.length) return null;
    return { from: word ? word.from : context.pos, options: found.map(option), validFor: /^[\p{L}_][\p{L}\p{N}_]*$/u };
  };
  const extensions = [
    feel,
    syntaxHighlighting(colours),
    look,
    bracketMatching(),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
    EditorState.readOnly.of(readonly),
    placeholder(hint),
    keymap.of([...keys, { key: "Ctrl-Space", run: startCompletion }]),
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
    EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString(), update)),
  ];
  if (!readonly) extensions.push(history(), closeBrackets(), autocompletion({ override: [complete], icons: false }));
  if (single) extensions.push(EditorState.transactionFilter.of((change) => (change.newDoc.lines > 1 ? [] : change)));
  return new EditorView({ root, parent, state: EditorState.create({ doc: text, extensions }) });
}

function option(hint) {
  const call = hint.kind === "function";
  return {
    label: hint.text,
    detail: hint.tells && hint.type ? `${hint.tells}, ${hint.type}` : hint.tells || hint.type,
    type: hint.kind,
    info: hint.help || undefined,
    apply: call ? `${hint.text}(` : hint.text,
    boost: hint.kind === "field" ? 2 : call ? 0 : 1,
  };
}
