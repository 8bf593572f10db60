/* axe on a page as it stands: what a browser is given once a page stands, and what it finds there. */
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/* In the browser: a page has a dozen colours, which axe reads of each text anew: a third of its time. Nor does it quote the page. */
function axeHasten() {
	const {prototype} = window.axe.commons.color.Color, parse = prototype.parseString, known = new Map();
	prototype.parseString = function (text) {
		if (!known.has(text)) {
			const {r, g, b, alpha} = parse.call(this, text);
			known.set(text, {r, g, b, alpha});
		}
		return Object.assign(this, known.get(text));
	};
	window.axe.configure({noHtml: true});
}

export const AXE = `${readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")};(${axeHasten})();`;

/* All rules; of another scheme, which changes colours only, those of contrast. */
export async function axeRun(page, {isColours = false} = {}) {
	const runOnly = isColours ? {type: "rule", values: ["color-contrast"]} : {type: "tag", values: TAGS};
	const violations = await page.evaluate(async runOnly => {
		const {violations} = await window.axe.run(document, {runOnly, resultTypes: ["violations"]});
		return violations.flatMap(({id, nodes}) => nodes.map(node => [id, node.target.join(" "), node.failureSummary]));
	}, runOnly);
	return violations.map(([id, element, what]) => ({rule: `axe ${id}`, element, what: what.replace(/\s+/g, " ").slice(0, 240)}));
}
