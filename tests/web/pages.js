/*
 * Every page, and every state it may be in. To add one: its row, which is
 *
 *   name    of findings and pictures
 *   who     looks: a client of run-local, or nobody
 *   at      daemon and path; a path may be a function of what found() learned of the sample
 *   status  other than 200
 *   act     what is done on the page before it is looked at
 *   said    of the console, which is no finding here
 */
const PAGES = [
	{name: "nu", who: "manager", at: ["aggregate", "/nu"]},
	{name: "nu-lost", who: "manager", at: ["aggregate", "/nu"], act: loseConnection, said: /\/live|ERR_FAILED/, script: true},
	{name: "cijfers", who: "manager", at: ["aggregate", "/cijfers"]},
	{name: "cijfers-today", who: "manager", at: ["aggregate", "/cijfers?periode=today"]},
	{name: "cijfers-viewer", who: "viewer", at: ["aggregate", "/cijfers"]},
	{name: "kpi-share", who: "manager", at: ["aggregate", "/cijfers/started_within_4_weeks?periode=2025"]},
	{name: "kpi-share-viewer", who: "viewer", at: ["aggregate", "/cijfers/started_within_4_weeks?periode=2025"]},
	{name: "kpi-days", who: "manager", at: ["aggregate", "/cijfers/lead_days"]},
	{name: "kpi-count", who: "manager", at: ["aggregate", "/cijfers/help_requests?periode=2025"]},
	{name: "kpi-count-viewer", who: "viewer", at: ["aggregate", "/cijfers/help_requests?periode=2025"]},
	{name: "kpi-stock", who: "manager", at: ["aggregate", "/cijfers/waiting_now"]},
	{name: "kpi-promises", who: "manager", at: ["aggregate", "/cijfers/starts_due"]},
	{name: "kpi-euros", who: "manager", at: ["aggregate", "/cijfers/tailored_saving"]},
	{name: "kpi-hours", who: "manager", at: ["aggregate", "/cijfers/care_hours"]},
	{name: "kpi-unmeasured", who: "manager", at: ["aggregate", "/cijfers/satisfied_client_access"]},
	{name: "behind", who: "manager", at: ["aggregate", "/cijfers/started_within_4_weeks/zaken?periode=2025"]},
	{name: "behind-none", who: "manager", at: ["aggregate", "/cijfers/complaints/zaken?periode=today"]},
	{name: "report", who: "manager", at: ["aggregate", "/jaarverslag/2025"]},
	{name: "report-running", who: "manager", at: ["aggregate", ({year}) => `/jaarverslag/${year}`]},
	{name: "report-public", who: null, at: ["aggregate", "/jaarverslag/2025"]},
	{name: "definitions", who: null, at: ["aggregate", "/hoe-wij-tellen"]},
	{name: "accessibility", who: null, at: ["aggregate", "/toegankelijkheid"]},
	{name: "sign-in", who: null, at: ["aggregate", "/inloggen"]},
	{name: "sign-in-wrong", who: null, at: ["aggregate", "/inloggen"], act: signInWrongly, status: 401},
	{name: "worklist", who: "aanmeldteam", at: ["triage", "/aanmeldteam"]},
	{name: "worklist-manager", who: "manager", at: ["triage", "/aanmeldteam"]},
	{name: "entry", who: "aanmeldteam", at: ["triage", ({entry}) => `/aanmeldteam/${entry}`]},
	{name: "entry-manager", who: "manager", at: ["triage", ({entry}) => `/aanmeldteam/${entry}`]},
	{name: "entry-refused", who: "aanmeldteam", at: ["triage", ({entry}) => `/aanmeldteam/${entry}`], act: formSendEmpty, status: 400},
	{name: "entry-signal", who: "aanmeldteam", at: ["triage", ({signal}) => `/aanmeldteam/${signal}`]},
	{name: "case", who: "manager", at: ["case", ({openCase}) => `/zaken/${openCase}`]},
	{name: "case-closed", who: "aanmeldteam", at: ["case", ({closedCase}) => `/zaken/${closedCase}`]},
	{name: "refused-403", who: "viewer", at: ["aggregate", "/nu"], status: 403},
	{name: "refused-404", who: null, at: ["aggregate", "/niets"], status: 404},
	{name: "refused-400", who: "manager", at: ["aggregate", "/cijfers?periode=gisteren"], status: 400},
];

export const clients = [...new Set(PAGES.map(page => page.who))];

/* What paths need of this sample. */
export async function pagesOf(house) {
	const found = {year: new Date().getFullYear(), ...await entriesOf(house), ...await casesOf(house)};
	return PAGES.map(page => {
		const [daemon, to] = page.at;
		return {status: 200, ...page, url: house.origin(daemon) + (typeof to === "function" ? to(found) : to)};
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
	const idsOf = async kpi => {
		const page = await text(house, `${house.origin("aggregate")}/cijfers/${kpi}/zaken?periode=2025`, "manager");
		return [...page.matchAll(/\/zaken\/([A-Z0-9-]+)"/g)].map(found => found[1]);
	};
	return {openCase: (await idsOf("open_cases"))[0], closedCase: (await idsOf("closures"))[0]};
}

/* ---- what is done before it is looked at ---- */

async function loseConnection(page) {
	await page.route("**/live", route => route.abort());
	await page.reload();
	await page.waitForSelector(".storing");
}

async function signInWrongly(page) {
	await page.fill("#code", "onzin");
	return formSendEmpty(page);
}

async function formSendEmpty(page) {
	const [answer] = await Promise.all([page.waitForNavigation(), page.click("main form button")]);
	return answer;
}
