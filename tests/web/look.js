/*
 * What can be seen of a page as it stands in the browser: runs there, in one piece. To add a rule: a function that yields
 * [element, what], and its name in RULES.
 */
export function look() {
	const SMALLEST_PX = 10.9, TARGET_PX = 24, FIELD_PX = 44, CONTRAST = 4.5, SLACK_PX = .5;
	const found = [];
	const all = selector => [...document.querySelectorAll(selector)];
	const isSeen = element => element.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})
		&& element.getClientRects().length > 0;
	/* For ears alone, or until it has the focus. */
	const isAside = element => element.closest(".verborgen, .spring, thead") && getComputedStyle(element.closest(".verborgen, .spring, thead")).position === "absolute";
	const charts = all("svg").filter(isSeen);
	const textsOf = svg => [...svg.querySelectorAll("text")].filter(text => text.textContent.trim());
	const sides = box => ({left: box.left, right: box.right, top: box.top, bottom: box.bottom});

	/* Of a text the letters: a font's box has room above and below them, and at its sides is rounded to whole pixels. */
	function letters(text) {
		const {y, height} = text.getBBox(), {a, d, e, f} = text.getScreenCTM();
		const left = text.getStartPositionOfChar(0).x, right = text.getEndPositionOfChar(text.getNumberOfChars() - 1).x;
		return {left: e + a * left, right: e + a * right, top: f + d * (y + .16 * height), bottom: f + d * (y + .92 * height)};
	}

	function* textOutside() {
		for (const svg of charts) {
			const paper = sides(svg.getBoundingClientRect());
			for (const text of textsOf(svg)) {
				const box = letters(text);
				const out = Math.max(paper.left - box.left, box.right - paper.right, paper.top - box.top, box.bottom - paper.bottom);
				if (out > SLACK_PX)
					yield [text, `${out.toFixed(1)} px outside its SVG`];
			}
		}
	}

	/* The lines of each text beside the charts: what one sees of them, for a region that scrolls cuts them off. */
	function* lines() {
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
		for (let node; (node = walker.nextNode());) {
			const element = node.parentElement;
			if (!node.data.trim() || element.closest("svg, select, script") || !isSeen(element) || isAside(element))
				continue;
			range.selectNodeContents(node);
			const within = element.closest("[role=region]")?.getBoundingClientRect();
			for (const {left, right, top, height} of range.getClientRects())
				yield [element, {left, right: Math.min(right, within?.right ?? right), top: top + .16 * height, bottom: top + .92 * height}, node];
		}
	}

	function* textOverText() {
		for (const svg of charts)
			yield* overlaps(textsOf(svg).map(text => [text, letters(text), text]));
		yield* overlaps([...lines()]);
	}

	function* overlaps(texts) {
		texts.sort(([, a], [, b]) => a.top - b.top);
		for (const [i, [element, a, text]] of texts.entries())
			for (const [other, b, otherText] of texts.slice(i + 1)) {
				if (b.top > a.bottom)
					break;
				const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
				if (text !== otherText && wide > SLACK_PX && high > SLACK_PX)
					yield [element, `over "${other.textContent}", ${wide.toFixed(1)} by ${high.toFixed(1)} px`];
			}
	}

	function* textTooSmall() {
		for (const svg of charts)
			for (const text of textsOf(svg)) {
				const size = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
				if (size < SMALLEST_PX)
					yield [text, `${size.toFixed(1)} px on screen`];
			}
		for (const element of all("body *")) {
			const owns = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
			if (owns && !(element instanceof SVGElement) && isSeen(element) && parseFloat(getComputedStyle(element).fontSize) < SMALLEST_PX)
				yield [element, `${getComputedStyle(element).fontSize} on screen`];
		}
	}

	/* Sideways goes nothing but a data table, in a region that a keyboard reaches and that has a name. */
	function* sideways() {
		const page = document.scrollingElement;
		if (page.scrollWidth > page.clientWidth)
			yield [page, `${page.scrollWidth - page.clientWidth} px wider than the window`, widest()];
		for (const element of all("body *")) {
			const {overflowX} = getComputedStyle(element);
			if (overflowX === "visible" || element.scrollWidth <= element.clientWidth + 1 || !isSeen(element) || isAside(element) || element instanceof SVGElement)
				continue;
			const isRegion = element.matches("[role=region][tabindex='0'][aria-label], [role=region][tabindex='0'][aria-labelledby]");
			if (!(overflowX === "auto" && isRegion && element.querySelector("table")) && !element.matches("select, input"))
				yield [element, `${element.scrollWidth - element.clientWidth} px are cut off, or scroll`];
		}
	}

	function widest() {
		const wide = all("body *").filter(element => isSeen(element) && !isAside(element) && element.getBoundingClientRect().right > document.scrollingElement.clientWidth + .1
			&& !element.closest("[role=region]"));
		return wide.at(-1);
	}

	/* A link within a sentence is as high as its line. */
	function inSentence(element) {
		const block = element.closest("p, li, td, th, dd, dt, summary, label, figcaption, span.bij, span.wat");
		return getComputedStyle(element).display === "inline" && block && block.textContent.trim().length > element.textContent.trim().length + 1;
	}

	function* targets() {
		const usable = all("a[href], button, input:not([type=hidden]), select, textarea, summary").filter(element => isSeen(element) && !isAside(element));
		const boxes = usable.map(target);
		for (const [i, element] of usable.entries()) {
			const {width, height} = boxes[i];
			if (element.matches("button:not(.pauze), select, input:not([type=radio], [type=checkbox])") && height < FIELD_PX - .5)
				yield [element, `${height.toFixed(0)} px high; a field or button has ${FIELD_PX}`];
			else if ((width < TARGET_PX || height < TARGET_PX) && !inSentence(element) && isCrowded(boxes, i))
				yield [element, `${width.toFixed(0)} by ${height.toFixed(0)} px, and another within ${TARGET_PX}`];
		}
	}

	/* What of it can be hit: a choice with its label. */
	function target(element) {
		const label = element.closest("label");
		return label ? label.getBoundingClientRect() : element.getBoundingClientRect();
	}

	/* WCAG 2.5.8: around the middle of a small one a circle of 24 px is free. */
	function isCrowded(boxes, own) {
		const x = (boxes[own].left + boxes[own].right) / 2, y = (boxes[own].top + boxes[own].bottom) / 2;
		return boxes.some((box, i) => i !== own && Math.hypot(x - Math.min(Math.max(x, box.left), box.right), y - Math.min(Math.max(y, box.top), box.bottom)) < TARGET_PX / 2);
	}

	/* ---- colours: axe sees no text in SVG ---- */

	const luminance = ([r, g, b]) => [r, g, b].map(part => part / 255).map(part => part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
		.reduce((sum, part, i) => sum + part * [.2126, .7152, .0722][i], 0);
	const numbers = colour => colour.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
	const isClear = colour => colour === "none" || numbers(colour)[3] === 0;

	function ground(element) {
		for (let at = element; at; at = at.parentElement)
			if (!isClear(getComputedStyle(at).backgroundColor))
				return getComputedStyle(at).backgroundColor;
		return matchMedia("(prefers-color-scheme: dark)").matches ? "rgb(0, 0, 0)" : "rgb(255, 255, 255)";
	}

	function* contrast() {
		for (const svg of charts) {
			const fields = [...svg.querySelectorAll("rect")].filter(rect => !isClear(getComputedStyle(rect).fill)).map(rect => [rect, sides(rect.getBoundingClientRect())]);
			for (const text of textsOf(svg)) {
				const box = letters(text), x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
				const under = fields.filter(([rect, at]) => at.left < x && x < at.right && at.top < y && y < at.bottom
					&& rect.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1);
				const colours = [getComputedStyle(text).fill, under ? getComputedStyle(under[0]).fill : ground(svg)];
				const [dim, bright] = colours.map(numbers).map(luminance).sort((a, b) => a - b);
				if ((bright + .05) / (dim + .05) < CONTRAST)
					yield [text, `contrast ${((bright + .05) / (dim + .05)).toFixed(2)}: ${colours.join(" on ")}`];
			}
		}
	}

	/* Printed it is light, also where the screen is dark. */
	function* paper() {
		const colour = ground(document.body);
		if (matchMedia("print").matches && luminance(numbers(colour)) < .99)
			yield [document.body, `printed on ${colour}`];
	}

	/* An id stands once, and what names one finds it. */
	function* ids() {
		const seen = new Set();
		for (const element of all("[id]")) {
			if (seen.has(element.id))
				yield [element, `#${element.id} stands twice`];
			seen.add(element.id);
		}
		for (const name of ["aria-labelledby", "aria-describedby", "for"])
			for (const element of all(`[${name}]`))
				for (const id of element.getAttribute(name).split(/\s+/))
					if (!seen.has(id))
						yield [element, `${name} names #${id}, which is not there`];
	}

	function path(element) {
		const own = element.tagName.toLowerCase() + (element.id ? `#${element.id}` : [...element.classList].map(name => `.${name}`).join(""));
		const text = element.textContent.trim().replace(/\s+/g, " ").slice(0, 40);
		const within = element.closest("[id]:not(html, body)");
		return `${within && within !== element ? `#${within.id} ` : ""}${own}${text ? ` "${text}"` : ""}`;
	}

	const RULES = {textOutside, textOverText, textTooSmall, sideways, targets, contrast, paper, ids};
	for (const [rule, check] of Object.entries(RULES))
		for (const [element, what, because] of check())
			found.push({rule, element: path(because ?? element), what});
	return found;
}
