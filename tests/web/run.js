/*
 * Every page of wot (pages.js) in Debian's chromium, at each width and in each scheme, printed, in forced colours, with and
 * without script: what look.js, keys.js and axe find. A page is loaded once, and once more without script if it fetches any;
 * then only the window changes. As many tabs (tab.js) are at work at once as keep the processors busy. mutants.js shows that
 * what is there to be found is found.
 *
 *   node run.js [--widths 320,360,…] [--schemes light,dark] [--pages NAME,…] [--short] [--house DIR] [--port N]
 *               [--shots DIR] [--pictures DIR]
 *
 * --short: each width has one scheme, in turn; on one page of each kind keys at the first width, and forced colours.
 * --house: that run-local is there.
 * --shots: what each page looks like.
 * Prints each finding as `page width scheme script: rule: element: what`, and closes with a count.
 */
import {availableParallelism} from "node:os";
import {parseArgs} from "node:util";
import {chromium} from "playwright-core";
import {AXE, axeRun} from "./axe.js";
import {houseOpen} from "./house.js";
import {keysTry} from "./keys.js";
import {look} from "./look.js";
import {mutantsTry} from "./mutants.js";
import {pagesOf} from "./pages.js";
import {picturesMake, shotTake} from "./shots.js";
import {tabOpen} from "./tab.js";

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

async function lookAll(tab, {name, isFirst}, way) {
	const {page} = tab, seen = new Set();
	await tab.toolsLoad(AXE);
	for (const [width, scheme] of windows()) {
		await tab.window({width, height: HEIGHTS[width] ?? 900, scheme});
		if (way.script && asked.shots)
			await shotTake(page, asked.shots, name, width, scheme);
		const isNew = !seen.has(width), found = await page.evaluate(look);
		found.push(...await axeRun(page, {isColours: !isNew}));
		if (isNew && (!asked.short || (isFirst && !seen.size)))
			found.push(...await keysTry(tab));
		seen.add(width);
		count(`${name} ${width} ${scheme} ${way.name}`, found);
	}
	if (way.script && (!asked.short || isFirst))
		await lookForced(tab, name);
	if (way.script)
		await lookPrinted(tab, name);
}

/* In the colours of who chose a few. */
async function lookForced(tab, name) {
	await tab.window({width: widths.at(-1), height: 900, scheme: "light", forcedColors: "active"});
	const found = await tab.page.evaluate(look);
	count(`${name} ${widths.at(-1)} forced colours`, found.concat(await axeRun(tab.page, {isColours: true})));
}

async function lookPrinted(tab, name) {
	await tab.window({width: PRINT_PX, height: 900, scheme: "dark", media: "print"});
	count(`${name} print`, (await tab.page.evaluate(look)).filter(({rule}) => rule !== "targets" && rule !== "textTooSmall"));
	if (asked.shots)
		await shotTake(tab.page, asked.shots, name, "print", "print");
}

async function pageTry(house, tab, wanted, way) {
	const said = await tab.takeFor(house, wanted, way), {page} = tab;
	try {
		await tab.window({width: widths[0], height: 900, scheme: schemes[0]});
		let answer = await page.goto(wanted.url, {waitUntil: "load"});
		answer = await wanted.act?.(page, house) ?? answer;
		if (answer.status() !== wanted.status)
			count(`${wanted.name} ${way.name}`, [{rule: "status", element: wanted.url, what: `${answer.status()}, not ${wanted.status}`}]);
		await lookAll(tab, wanted, way);
	} catch (error) {
		said.push({rule: "test", element: wanted.url, what: String(error).split("\n").slice(0, 3).join(" ")});
	}
	count(`${wanted.name} ${way.name} console`, said);
}

/* What fetched no script on its way is the same without. */
async function waysTry(house, tab, wanted) {
	await pageTry(house, tab, wanted, {name: "script", script: true});
	if (tab.hasScript && !wanted.script)
		await pageTry(house, tab, wanted, {name: "no script", script: false});
}

/* What would be found, were it there. */
async function mutantsCount(house, tab) {
	const axe = async () => {
		await tab.toolsLoad(AXE);
		return axeRun(tab.page);
	};
	const results = await mutantsTry(house, tab, {axe, focus: keysTry, keyboard: keysTry, look: ({page}) => page.evaluate(look)});
	results.forEach(([fault, found]) => count(`mutant: ${fault}`, found));
}

/* Each job in a tab that is free. */
function jobsDo(tabs, jobs) {
	const left = [...jobs];
	return Promise.all(tabs.map(async tab => {
		while (left.length)
			await left.shift()(tab);
	}));
}

async function main(house, browser) {
	await house.publish("2025");
	if (asked.pictures)
		return picturesMake(browser, house, asked.pictures);
	const kinds = new Set(), pages = (await pagesOf(house)).filter(page => !asked.pages || asked.pages.split(",").includes(page.name));
	for (const page of pages) {
		page.isFirst = !kinds.has(page.kind);
		kinds.add(page.kind);
	}
	await Promise.all(pages.map(({who}) => who && house.signIn(who))); // before one is told to wait
	const tabs = await Promise.all(Array.from({length: availableParallelism() + 1}, () => tabOpen(browser)));
	const jobsOf = which => pages.filter(which).map(page => tab => waysTry(house, tab, page));
	await jobsDo(tabs, [...asked.pages ? [] : [tab => mutantsCount(house, tab)], ...jobsOf(page => !page.last)]);
	await jobsDo(tabs.slice(0, 1), jobsOf(page => page.last));
	console.log(`web: ${passed} passed, ${failed} failed`);
}

const [house, browser] = await Promise.all([houseOpen({dir: asked.house, port: asked.port}),
	chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"]})]);
try {
	await main(house, browser);
} finally {
	await browser.close();
	await house.close();
}
process.exitCode = failed ? 1 : 0;
