import {pressOpen, tabTo} from "./keys.js";

/*
 * Every page, and every state it may be in. To add one: its row, which is
 *
 *   name    of findings and pictures; up to a dash the kind of page it is
 *   who     looks: a client of run-local, or nobody
 *   at      daemon and path; a path may be a function of what found() learned of the sample
 *   status  other than 200
 *   act     what is done on the page before it is looked at, by keyboard alone; yields the answer of the page that came of it
 *   script  true: only with it
 *   last    true: only once all others were looked at, for it hinders them
 *   said    of the console, which is no finding here
 */
const PAGES = [
	{name: "nu", who: "manager", at: ["aggregate", "/nu"]},
	{name: "nu-promise", who: "manager", at: ["aggregate", "/nu"], act: page => pressOpen(page, ".agenda a")},
	{name: "nu-paused", who: "manager", at: ["aggregate", "/nu"], act: pause, script: true},
	{name: "nu-lost", who: "manager", at: ["aggregate", "/nu"], act: loseConnection, said: /\/live|ERR_FAILED/, script: true},
	{name: "cijfers", who: "manager", at: ["aggregate", "/nu"], act: page => pressOpen(page, ".kop nav a[href$='/cijfers']")},
	{name: "cijfers-today", who: "manager", at: ["aggregate", "/cijfers?periode=today"]},
	{name: "cijfers-as-of", who: "manager", at: ["aggregate", "/cijfers?periode=2025&stand=2025-12-31"]},
	{name: "cijfers-filtered", who: "manager", at: ["aggregate", "/cijfers"], act: filter},
	{name: "cijfers-lost", who: "manager", at: ["aggregate", "/cijfers"], act: loseConnection, said: /\/live|ERR_FAILED/, script: true},
	{name: "cijfers-viewer", who: "viewer", at: ["aggregate", "/cijfers"]},
	{name: "kpi-share", who: "manager", at: ["aggregate", "/cijfers?periode=2025"], act: page => pressOpen(page, ".kpis a[href*='/started_within_4_weeks']")},
	{name: "kpi-share-viewer", who: "viewer", at: ["aggregate", "/cijfers/started_within_4_weeks?periode=2025"]},
	{name: "kpi-share-as-of", who: "manager", at: ["aggregate", "/cijfers/started_within_4_weeks?periode=2025&stand=2025-12-31"]},
	{name: "kpi-days", who: "manager", at: ["aggregate", "/cijfers/lead_days"]},
	{name: "kpi-count", who: "manager", at: ["aggregate", "/cijfers/help_requests?periode=2025"]},
	{name: "kpi-count-viewer", who: "viewer", at: ["aggregate", "/cijfers/help_requests?periode=2025"]},
	{name: "kpi-stock", who: "manager", at: ["aggregate", "/cijfers/waiting_now"]},
	{name: "kpi-promises", who: "manager", at: ["aggregate", "/cijfers/starts_due"]},
	{name: "kpi-euros", who: "manager", at: ["aggregate", "/cijfers/tailored_saving"]},
	{name: "kpi-hours", who: "manager", at: ["aggregate", "/cijfers/care_hours"]},
	{name: "kpi-unmeasured", who: "manager", at: ["aggregate", "/cijfers/satisfied_client_access"]},
	{name: "behind", who: "manager", at: ["aggregate", "/cijfers/started_within_4_weeks/zaken?periode=2025"]},
	{name: "behind-next", who: "manager", at: ["aggregate", "/cijfers/started_within_4_weeks/zaken?periode=2025"], act: page => pressOpen(page, "a[href*='na=']")},
	{name: "behind-none", who: "manager", at: ["aggregate", "/cijfers/complaints/zaken?periode=today"]},
	{name: "report", who: "manager", at: ["aggregate", "/jaarverslag/2025"]},
	{name: "report-running", who: "manager", at: ["aggregate", ({year}) => `/jaarverslag/${year}`]},
	{name: "report-public", who: null, at: ["aggregate", "/jaarverslag/2025"]},
	{name: "data", who: null, at: ["aggregate", "/jaarverslag/2025/data/"]},
	{name: "shelf", who: null, at: ["aggregate", "/bestanden"]},
	{name: "definitions", who: null, at: ["aggregate", "/hoe-wij-tellen"]},
	{name: "accessibility", who: null, at: ["aggregate", "/toegankelijkheid"]},
	{name: "sign-in", who: null, at: ["aggregate", "/inloggen"]},
	{name: "sign-in-wrong", who: null, at: ["aggregate", "/inloggen"], act: signInWrongly, status: 401},
	{name: "sign-in-system", who: null, at: ["aggregate", "/inloggen"], act: signInAsSystem, status: 403},
	{name: "sign-in-waits", who: null, at: ["aggregate", "/inloggen"], act: signInTooOften, status: 429, said: /status of 401/, last: true},
	{name: "sign-in-closed", who: null, at: ["aggregate", "/inloggen"], act: signInClosed, status: 503, last: true},
	{name: "worklist", who: "aanmeldteam", at: ["triage", "/aanmeldteam"]},
	{name: "worklist-part", who: "aanmeldteam", at: ["triage", "/aanmeldteam"], act: narrow},
	{name: "worklist-manager", who: "manager", at: ["triage", "/aanmeldteam"]},
	{name: "worklist-form", who: "aanmeldteam", at: ["triage", "/aanmeldteam"], act: formOpen, script: true},
	{name: "worklist-sent", who: "aanmeldteam", at: ["triage", "/aanmeldteam"], act: formSend, script: true, last: true},
	{name: "entry", who: "aanmeldteam", at: ["triage", ({entry}) => `/aanmeldteam/${entry}`]},
	{name: "entry-manager", who: "manager", at: ["triage", ({entry}) => `/aanmeldteam/${entry}`]},
	{name: "entry-refused", who: "aanmeldteam", at: ["triage", ({entry}) => `/aanmeldteam/${entry}`], act: formSendEmpty, status: 400},
	{name: "entry-signal", who: "aanmeldteam", at: ["triage", ({signal}) => `/aanmeldteam/${signal}`]},
	{name: "case", who: "manager", at: ["case", ({openCase}) => `/zaken/${openCase}`]},
	{name: "case-closed", who: "aanmeldteam", at: ["case", ({closedCase}) => `/zaken/${closedCase}`]},
	{name: "refused-403", who: "viewer", at: ["aggregate", "/nu"], status: 403},
	{name: "refused-404", who: null, at: ["aggregate", "/niets"], status: 404},
	{name: "refused-report", who: null, at: ["aggregate", "/jaarverslag/2024"], status: 404},
	{name: "refused-400", who: "manager", at: ["aggregate", "/cijfers?periode=gisteren"], status: 400},
	{name: "signed-out", who: "viewer", at: ["aggregate", "/cijfers"], act: page => pressOpen(page, ".kop form button"), last: true},
	{name: "refused-503", who: null, at: ["aggregate", "/inloggen"], act: signInBusy, status: 503, last: true},
];

/* What paths need of this sample. */
export async function pagesOf(house) {
	const found = {year: new Date().getFullYear(), ...await entriesOf(house), ...await casesOf(house)};
	return PAGES.map(page => {
		const [daemon, to] = page.at;
		return {status: 200, ...page, kind: page.name.split("-")[0], url: house.origin(daemon) + (typeof to === "function" ? to(found) : to)};
	});
}

async function text(house, url, client) {
	const answer = await fetch(url, {headers: {Authorization: `Bearer ${house.token(client)}`}});
	return answer.text();
}

async function entriesOf(house) {
	const list = await text(house, `${house.origin("triage")}/aanmeldteam`, "aanmeldteam");
	const entries = [...list.matchAll(/href="\/aanmeldteam\/([^"]+)"/g)].map(found => found[1]);
	return {entry: entries.find(at => !at.startsWith("signaal")), signal: entries.find(at => at.startsWith("signaal")) ?? entries[0]};
}

async function casesOf(house) {
	const idsOf = async (kpi, period) => {
		const page = await text(house, `${house.origin("aggregate")}/cijfers/${kpi}/zaken?periode=${period}`, "manager");
		return [...page.matchAll(/\/zaken\/([A-Z0-9-]+)"/g)].map(found => found[1]);
	};
	return {openCase: (await idsOf("open_cases", "today"))[0], closedCase: (await idsOf("closures", "2025"))[0]};
}

/* ---- what is done before it is looked at ---- */

async function loseConnection(page) {
	await page.route("**/live", route => route.abort());
	await page.reload();
	await page.waitForSelector(".storing");
}

async function pause(page) {
	await page.waitForSelector("text=Live. Bijgewerkt");
	await tabTo(page, ".stand .pauze");
	await page.keyboard.press("Space");
	await page.waitForSelector("text=Gepauzeerd. Bijgewerkt");
}

async function filter(page) {
	await tabTo(page, "#f-p");
	await page.keyboard.press("ArrowDown");
	const answer = await pressOpen(page, ".filter button");
	const [asked, chosen] = [new URL(page.url()).searchParams.get("periode"), await page.inputValue("#f-p")];
	if (asked === "year" || asked !== chosen)
		throw new Error(`asked for ${asked}, and the form says ${chosen}`);
	return answer;
}

async function narrow(page) {
	await tabTo(page, "#a-s");
	await page.keyboard.press("ArrowDown");
	const answer = await pressOpen(page, ".filter button");
	if (!await page.locator("text=/U ziet er .* van de/").count() || await page.inputValue("#a-s") !== "hulpvragen")
		throw new Error(`${page.url()} does not say of how many it is a part`);
	return answer;
}

async function codeSend(page, code) {
	await tabTo(page, "#code");
	await page.keyboard.type(code);
	return pressOpen(page, "main form button");
}

function signInWrongly(page) {
	return codeSend(page, "onzin");
}

function signInAsSystem(page, house) {
	return codeSend(page, house.token("casesystem"));
}

function signInClosed(page, house) {
	return house.withoutSessions(() => page.reload());
}

async function signInTooOften(page) {
	let answer;
	for (let i = 0; i < 5 && answer?.status() !== 429; i++)
		answer = await codeSend(page, "onzin");
	return answer;
}

/* It asks again by itself; here it gets no answer, so that it can be looked at. */
async function signInBusy(page, house) {
	const answer = await house.withoutRoom("aggregate", () => signInWrongly(page));
	await page.route("**", route => route.fulfill({status: 204}));
	return answer;
}

function formSendEmpty(page) {
	return pressOpen(page, "main form button");
}

async function formOpen(page) {
	await tabTo(page, "[data-formulier]");
	await page.keyboard.press("Enter");
	await page.waitForSelector("li form.formulier input:focus");
	await page.keyboard.press("Escape");
	await page.waitForSelector("[data-formulier][aria-expanded=false]:focus");
	await page.keyboard.press("Enter");
	await page.waitForSelector("li form.formulier input:focus");
}

async function formSend(page) {
	await formOpen(page);
	for (let i = 0; i < 8 && !await page.locator("li input[value=ADVICE]:checked").count(); i++)
		await page.keyboard.press("ArrowDown");
	const sent = await page.locator("li form.formulier").getAttribute("action");
	const answer = await pressOpen(page, "li form.formulier button");
	if (await page.locator(`[data-formulier][href="${sent}"]`).count())
		throw new Error(`${sent} was recorded, and still stands in the list`);
	return answer;
}
