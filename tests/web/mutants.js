/*
 * Pages with a fault on purpose, which must be found: so that each rule is known to see something. To add one: its row, which is
 *
 *   fault  what is wrong
 *   finds  the rule that says so
 *   html   what the page becomes, by its own
 *   css    what is added to its style
 *   media  print: as it is printed
 */
const PATH = "/inloggen";
const MAIN = "<main id=\"inhoud\">";

const put = text => html => html.replace(MAIN, `${MAIN}${text}`);
const draw = inside => put(`<svg width="200" height="60" viewBox="0 0 200 60" role="img" aria-label="Proef">${inside}</svg>`);

const MUTANTS = [
	{fault: "a field without label", finds: "axe label", html: html => html.replace(/<label[^>]*>[^<]*<\/label>/, "").replace(/ aria-describedby="[^"]*"/, "")},
	{fault: "text too pale", finds: "axe color-contrast", css: "main p { color: #bbb }"},
	{fault: "a title that skips a level", finds: "axe heading-order", html: html => html.replace("</h1>", "</h1><h4>Proef</h4>")},
	{fault: "400 px wide", finds: "sideways", css: "main h1 { width: 400px }"},
	{fault: "a box that scrolls, and no keyboard reaches", finds: "sideways", css: "main h1 { width: 40px; overflow-x: auto }"},
	{fault: "a line over another", finds: "textOverText", css: "main h1 { margin-bottom: -2rem }"},
	{fault: "small text", finds: "textTooSmall", css: "main h1 { font-size: 10px }"},
	{fault: "small text in a chart", finds: "textTooSmall", html: draw(`<text x="5" y="20" font-size="9">Proef</text>`)},
	{fault: "text over text in a chart", finds: "textOverText", html: draw(`<text x="5" y="20">Proef</text><text x="9" y="22">Proef</text>`)},
	{fault: "text outside its chart", finds: "textOutside", html: draw(`<text x="190" y="20">Proef</text>`)},
	{fault: "text in a chart too pale", finds: "contrast", html: draw(`<rect width="200" height="60" fill="#999"/><text x="5" y="20" fill="#aaa">Proef</text>`)},
	{fault: "a low button", finds: "targets", css: "main button { min-height: 0; height: 30px; padding: 0 }"},
	{fault: "small links side by side", finds: "targets", html: put(`<nav aria-label="Proef"><a href="/">a</a> <a href="/">b</a></nav>`)},
	{fault: "an id twice", finds: "ids", html: put(`<p id="inhoud">Proef</p>`)},
	{fault: "a name of what is not there", finds: "ids", html: put(`<p aria-describedby="niets">Proef</p>`)},
	{fault: "dark paper", finds: "paper", css: "body { background: #222 !important; color: #fff !important }", media: "print"},
	{fault: "focus that is not seen", finds: "focus", css: "*:focus-visible { outline: none !important }"},
	{fault: "a button that Tab passes", finds: "keyboard", html: html => html.replace("<button>", "<button tabindex=\"-1\">")},
	{fault: "a fold that does not open", finds: "keyboard", html: put(`<div><summary tabindex="0">Proef</summary></div>`)},
	{fault: "a script in the page", finds: "console", html: put("<script>1</script>")},
	{fault: "style in the page", finds: "console", html: put("<p style=\"color: red\">Proef</p>")},
	{fault: "what another origin serves", finds: "console", html: put("<img src=\"http://localhost:1/proef.png\" alt=\"Proef\">")},
	{fault: "a file that is not there", finds: "console", html: put("<img src=\"/proef.png\" alt=\"Proef\">")},
];

/* Of each what it is called, and whether it went unseen; `finders` by rule, that of the whole page under "look". */
export async function mutantsTry(house, tab, finders) {
	const results = [];
	for (const mutant of MUTANTS) {
		const said = await tab.takeFor(house, {who: null, status: 200}, {script: true});
		await breakBy(tab.page, mutant);
		await tab.window({width: 360, height: 900, scheme: "light", media: mutant.media});
		await tab.page.goto(house.origin("aggregate") + PATH);
		const found = await (finders[mutant.finds.split(" ")[0]] ?? finders.look)(tab);
		const rules = new Set([...found, ...said].map(({rule}) => rule));
		results.push([mutant.fault, rules.has(mutant.finds) ? [] : [{rule: "mutant", element: PATH, what: `${mutant.finds} does not see it, but ${[...rules].join(", ") || "nothing"}`}]]);
	}
	return results;
}

async function breakBy(page, {html, css}) {
	const change = async (route, by) => {
		const response = await route.fetch();
		await route.fulfill({response, body: by(await response.text())});
	};
	if (html)
		await page.route(url => url.pathname === PATH, route => change(route, html));
	if (css)
		await page.route(url => url.pathname.endsWith(".css"), route => change(route, text => text + css));
}
