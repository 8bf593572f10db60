/*
 * Every page of wot (pages.js) in Debian's chromium, at each width and in each scheme, printed, in forced colours, with and
 * without script: what look.js, keys.js and axe find. A page is loaded once each way; then only the window changes. As many
 * tabs are at work at once as there are processors.
 *
 *   node run.js [--widths 320,360,…] [--schemes light,dark] [--pages NAME,…] [--short] [--house DIR] [--port N]
 *               [--shots DIR] [--pictures DIR]
 *
 * --short: each width has one scheme, in turn; all rules of axe at the first width alone, and keys there on one page of each kind.
 * --house: that run-local is there.
 * --shots: what each page looks like.
 * Prints each finding as `page width scheme script: rule: element: what`, and closes with a count.
 */
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {availableParallelism} from "node:os";
import {parseArgs} from "node:util";
import {chromium} from "playwright-core";
import {houseOpen} from "./house.js";
import {keysTry} from "./keys.js";
import {look} from "./look.js";
import {pagesOf} from "./pages.js";
import {picturesMake, shotTake} from "./shots.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
const PRINT_PX = 658; // A4 within its margins
const HEIGHTS = {320: 256}; // 1280 by 1024 at 400%

const {values: asked} = parseArgs({options: {
	widths: {type: "string", default: "320,360,600,768,1024,1440"}, schemes: {type: "string", default: "light,dark"}, pages: {type: "string"},
	short: {type: "boolean", default: false}, house: {type: "string"}, port: {type: "string", default: "8580"},
	shots: {type: "string"}, pictures: {type: "string"},
}});
const widths = asked.widths.split(",").map(Number), schemes = asked.schemes.split(",");
let passed = 0, failed = 0;

/* One look is one test. */
function count(name, found) {
	if (!found.length)
		passed++;
	else
		failed++;
	const times = new Map();
	for (const {rule, element, what} of found)
		times.set(`${rule}: ${element}: ${what}`, (times.get(`${rule}: ${element}: ${what}`) ?? 0) + 1);
	for (const [text, often] of times)
		console.log(`${name}: ${text}${often > 1 ? ` (${often} times)` : ""}`);
}

/* Which windows: [width, scheme], the first scheme of a width first. */
function windows() {
	if (asked.short)
		return widths.map((width, i) => [width, schemes[i % schemes.length]]);
	return schemes.flatMap(scheme => widths.map(width => [width, scheme]));
}

async function axeRun(page, options) {
	const violations = await page.evaluate(async options => {
		const {violations} = await window.axe.run(document, {...options, resultTypes: ["violations"]});
		return violations.flatMap(({id, nodes}) => nodes.map(node => [id, node.target.join(" "), node.failureSummary]));
	}, options);
	return violations.map(([id, element, what]) => ({rule: `axe ${id}`, element, what: what.replace(/\s+/g, " ").slice(0, 240)}));
}

/* A scheme changes colours only. Without script a page is the same but where a script adds to it. */
function axeOptions(isNew, script) {
	if (!script)
		return null;
	return isNew ? {runOnly: {type: "tag", values: AXE_TAGS}} : {runOnly: {type: "rule", values: ["color-contrast"]}};
}

async function lookAll(page, {name, isFirst}, script) {
	const seen = new Set(), way = script ? "script" : "no script";
	if (script)
		await page.evaluate(AXE);
	for (const [width, scheme] of windows()) {
		await page.emulateMedia({colorScheme: scheme});
		await page.setViewportSize({width, height: HEIGHTS[width] ?? 900});
		if (script && asked.shots)
			await shotTake(page, asked.shots, name, width, scheme);
		const isNew = !seen.has(width) && (!asked.short || width === widths[0]), options = axeOptions(isNew, script);
		const found = await page.evaluate(look);
		if (options)
			found.push(...await axeRun(page, options));
		if (script && isNew && (isFirst || !asked.short))
			found.push(...await keysTry(page));
		seen.add(width);
		count(`${name} ${width} ${scheme} ${way}`, found);
	}
	if (!script)
		return;
	await page.emulateMedia({colorScheme: "light", forcedColors: "active"});
	const found = await page.evaluate(look);
	count(`${name} ${widths.at(-1)} forced colours`, found.concat(await axeRun(page, axeOptions(false, true))));
	await page.emulateMedia({forcedColors: "none", media: "print"});
	await page.setViewportSize({width: PRINT_PX, height: 900});
	count(`${name} print`, (await page.evaluate(look)).filter(({rule}) => rule !== "targets" && rule !== "textTooSmall"));
	if (asked.shots)
		await shotTake(page, asked.shots, name, "print", "print");
	await page.emulateMedia({media: "screen"});
}

/* What a browser says while a page is open: errors of scripts, of its policy, of what it fetches. */
function listen(page, {status, said: allowed}) {
	const said = [];
	const take = text => {
		const isAnswer = status >= 400 && text.includes(`status of ${status}`);
		if (!isAnswer && !allowed?.test(text))
			said.push({rule: "console", element: "page", what: text.slice(0, 240)});
	};
	page.on("console", message => ["error", "warning"].includes(message.type()) && take(`${message.text()} ${message.location().url}`));
	page.on("pageerror", error => take(String(error)));
	return said;
}

async function pageTry(house, page, wanted, script) {
	const way = script ? "script" : "no script", said = listen(page, wanted);
	try {
		await page.emulateMedia({colorScheme: schemes[0], media: "screen", forcedColors: "none"});
		await page.setViewportSize({width: widths[0], height: 900});
		let answer = await page.goto(wanted.url, {waitUntil: "load"});
		answer = await wanted.act?.(page, house) ?? answer;
		if (answer.status() !== wanted.status)
			count(`${wanted.name} ${way}`, [{rule: "status", element: wanted.url, what: `${answer.status()}, not ${wanted.status}`}]);
		await lookAll(page, wanted, script);
	} catch (error) {
		said.push({rule: "test", element: wanted.url, what: String(error).split("\n").slice(0, 3).join(" ")});
	}
	count(`${wanted.name} ${way} console`, said);
	await page.unrouteAll({behavior: "ignoreErrors"});
	["console", "pageerror"].forEach(event => page.removeAllListeners(event));
}

/* Nobody is told apart from a developer by what a proxy adds. */
async function contextOf(browser, house, client, script) {
	const context = await browser.newContext({javaScriptEnabled: script, locale: "nl-NL", timezoneId: "Europe/Amsterdam", reducedMotion: "reduce",
		extraHTTPHeaders: client ? {} : {"X-Forwarded-For": "127.0.0.1"}});
	if (client)
		await context.addCookies([await house.signIn(client)]);
	return context;
}

/* A tab is used again for the next page of the same client. */
async function pagesTry(browser, house, pages, tabs) {
	const jobs = [true, false].flatMap(script => pages.filter(page => script || !page.script).map(page => ({page, script})));
	const work = async () => {
		const open = new Map();
		for (let job; (job = jobs.shift());) {
			const key = `${job.page.who} ${job.script}`;
			if (!open.has(key))
				open.set(key, await (await contextOf(browser, house, job.page.who, job.script)).newPage());
			await pageTry(house, open.get(key), job.page, job.script);
		}
		await Promise.all([...open.values()].map(page => page.context().close()));
	};
	await Promise.all(Array.from({length: tabs}, work));
}

async function main(house, browser) {
	await house.publish("2025");
	if (asked.pictures)
		return picturesMake(await contextOf(browser, house, "manager", true), house, asked.pictures);
	const kinds = new Set(), pages = (await pagesOf(house)).filter(page => !asked.pages || asked.pages.split(",").includes(page.name));
	for (const page of pages) {
		page.isFirst = !kinds.has(page.kind);
		kinds.add(page.kind);
	}
	await Promise.all(pages.map(({who}) => who && house.signIn(who))); // before one is told to wait
	await pagesTry(browser, house, pages.filter(page => !page.last), availableParallelism());
	await pagesTry(browser, house, pages.filter(page => page.last), 1);
	console.log(`web: ${passed} passed, ${failed} failed`);
}

const house = await houseOpen({dir: asked.house, port: asked.port});
const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"]});
try {
	await main(house, browser);
} finally {
	await browser.close();
	await house.close();
}
process.exitCode = failed ? 1 : 0;
