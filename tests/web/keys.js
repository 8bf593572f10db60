/* A keyboard alone: Tab comes by everything that can be used, each time with a focus that can be seen; Enter opens. */

/* In the browser: what can be used, numbered; of a group of choices Tab comes by one. */
function targetsMark() {
	const usable = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
		.filter(element => element.checkVisibility({visibilityProperty: true}) && !element.disabled);
	const groups = new Set();
	document.querySelectorAll("[data-reach]").forEach(element => delete element.dataset.reach);
	return usable.filter(element => {
		const group = element.type === "radio" ? element.form.action + element.name : null;
		const isFirst = !group || !groups.has(group);
		groups.add(group);
		element.dataset.group = group ?? "";
		return isFirst;
	}).map((element, i) => {
		element.dataset.reach = i;
		return (element.id || element.className || element.tagName) + ` "${element.textContent.trim().slice(0, 40)}"`;
	});
}

/* In the browser: of each Tab where the focus came, and whether one sees it: told by the page itself, so that nobody asks after each key. */
function focusWatch() {
	const tell = element => {
		const style = getComputedStyle(element), box = element.getBoundingClientRect();
		const first = element.dataset.group && document.querySelector(`[data-group="${CSS.escape(element.dataset.group)}"][data-reach]`);
		const isOutlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
		const isInWindow = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
		return {reach: (first || element).dataset.reach, name: `${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 40)}"`,
			isSeen: isOutlined && isInWindow, why: isOutlined ? "outside the window" : `outline ${style.outlineStyle} ${style.outlineWidth}`};
	};
	const told = [], take = event => event.key === "Tab" && event.target !== document.body && told.push(tell(event.target));
	addEventListener("keyup", take, true); // the focus has moved, and the page with it
	window.focusTold = () => {
		removeEventListener("keyup", take, true);
		return told;
	};
}

/* From wherever it is, round by the browser's own, and on from the top. */
const TABS_ASIDE = 10;

export async function keysTry(tab) {
	const {page} = tab, found = [], names = await page.evaluate(targetsMark), reached = new Set();
	await page.evaluate(focusWatch);
	await tab.press("Tab", names.length + TABS_ASIDE);
	for (const {reach, name, isSeen, why} of await page.evaluate(() => window.focusTold())) {
		reached.add(reach);
		if (!isSeen)
			found.push({rule: "focus", element: name, what: why});
	}
	for (const [i, name] of names.entries())
		if (!reached.has(String(i)))
			found.push({rule: "keyboard", element: name, what: "Tab does not come by it"});
	found.push(...await skipTry(page), ...await foldsTry(tab));
	await page.evaluate(() => document.activeElement.blur()); // what is looked at next, and drawn, is no longer in use
	return found;
}

/* The first thing is the way past the menu. */
async function skipTry(page) {
	await page.focus(".spring");
	await page.keyboard.press("Enter");
	return await page.evaluate(() => location.hash === "#inhoud") ? [] : [{rule: "keyboard", element: ".spring", what: "does not lead past the menu"}];
}

/* In the browser: each fold has the focus for two Enters, and tells after each whether it is open. */
function foldsWatch() {
	const folds = [...document.querySelectorAll("main summary")].filter(element => element.checkVisibility({visibilityProperty: true}));
	const told = folds.map(element => [`summary "${element.textContent.trim()}"`, element.parentElement.open]);
	let at = 0;
	const take = event => {
		if (event.key !== "Enter" || at === folds.length)
			return;
		told[at].push(folds[at].parentElement.open);
		if (told[at].length === 4)
			folds[++at]?.focus();
	};
	addEventListener("keyup", take, true);
	folds[0]?.focus();
	window.foldsTold = () => {
		removeEventListener("keyup", take, true);
		return told;
	};
	return folds.length;
}

/* Everything that is folded opens, and closes again. */
async function foldsTry(tab) {
	await tab.press("Enter", 2 * await tab.page.evaluate(foldsWatch));
	const told = await tab.page.evaluate(() => window.foldsTold());
	return told.filter(([, before, once, twice]) => once !== !before || twice !== before)
		.map(([element]) => ({rule: "keyboard", element, what: "Enter does not open it, and close it again"}));
}

/* By Tab alone to what is wanted. */
export async function tabTo(page, wanted) {
	for (let i = 0; i < 200; i++) {
		if (await page.evaluate(wanted => document.activeElement.matches(wanted), wanted))
			return;
		await page.keyboard.press("Tab");
	}
	throw new Error(`200 times Tab does not come by ${wanted}`);
}

/* Enter there, and what the page is then. */
export async function pressOpen(page, wanted) {
	await tabTo(page, wanted);
	const [answer] = await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
	return answer;
}
