/*
 * Live pages: what the daemon tells (lib/live.h) is put where it stands, and what it says has changed is fetched anew.
 *
 *   <main data-stroom="/live" data-periode="today">   where it is told, and for which period figures are
 *   <dd data-live="waiting_now">65</dd>               a figure
 *   <section data-deel="agenda">…</section>           a part of the page, which ?deel=agenda answers
 *   <section data-mee="norm">…</section>              what follows from figures: fetched with the page when one changed
 *   <p class="stand"><span role="status">…</span>     since when all of it is right
 *
 * Without it the page is right as of when it was made.
 */
"use strict";
(() => {
	const LOST_MS = 5000, PART_MS = 1000, STATUS_MS = 60000, NET_MS = 10000, PAGE = "", WAITS_MS = [1000, 2000, 5000];
	const main = document.querySelector("main[data-stroom]");
	const status = main?.querySelector(".stand [role=status]");
	if (!status || !window.ReadableStream)
		return;

	let stream = null; // its AbortController, while there is one
	let paused = false, refused = false, bar = null;
	let tries = 0, retry = 0, alarm = 0;
	let heardAt = new Date(), changedAt = heardAt, writtenAt = null;
	const due = new Map(), fetchedAt = new Map(), held = new Map(), shown = new Map(); // by the name of a part

	const make = (tag, attributes, ...inside) => {
		const element = document.createElement(tag);
		for (const [name, value] of Object.entries(attributes))
			element.setAttribute(name, value);
		element.append(...inside);
		return element;
	};
	const zone = {timeZone: "Europe/Amsterdam"};
	const clock = at => at.toLocaleTimeString("nl-NL", {...zone, hour: "2-digit", minute: "2-digit"}).replace(/^0/, "").replace(":", ".") + " uur";
	const moment = at => at.toLocaleDateString("nl-NL", {...zone, weekday: "long", day: "numeric", month: "long", year: "numeric"}) + ", " + clock(at);

	/* ---- what is said of the connection ---- */

	function statusWrite() {
		const how = paused ? "Gepauzeerd" : bar ? "Niet live" : "Live";
		status.textContent = `${how}. Bijgewerkt ${moment(changedAt)}`;
		writtenAt = changedAt;
	}

	function barShow(title, text) {
		barHide();
		const say = make("p", {}, make("strong", {}, title), " " + text);
		bar = make("aside", {class: "melding storing", "aria-label": "Storing"},
			make("div", {}, make("span", {class: "puls weg", "aria-hidden": "true"}), say));
		main.before(bar);
		pulse.classList.add("weg");
		statusWrite();
	}

	function barHide() {
		bar?.remove();
		bar = null;
		pulse.classList.remove("weg");
	}

	function watch() {
		clearTimeout(alarm);
		alarm = setTimeout(lost, LOST_MS);
	}

	function lost() {
		barShow("Geen verbinding.", `U ziet de stand van ${clock(heardAt)}. Wij proberen het elke 5 seconden opnieuw.`);
		stream?.abort();
	}

	/* ---- what is told ---- */

	function figurePut(told) {
		if (told.period !== (main.dataset.periode ?? "year"))
			return;
		for (const place of main.querySelectorAll(`[data-live="${CSS.escape(told.id)}"]`)) {
			if (place.textContent === told.text)
				continue;
			const fresh = make("span", {class: "net"}, told.text);
			place.replaceChildren(fresh);
			setTimeout(() => fresh.classList.remove("net"), NET_MS);
			changedAt = heardAt;
			if (main.querySelector("[data-mee]"))
				fetchSoon(PAGE, pageFetch);
		}
	}

	const partOf = name => main.querySelector(`[data-deel="${CSS.escape(name)}"], [data-mee="${CSS.escape(name)}"]`);
	const rowsOf = part => [...part.querySelectorAll("tbody tr, li")].map(row => row.textContent);

	/* Each at most once a second. */
	function fetchSoon(name, how) {
		if (due.has(name))
			return;
		const wait = (fetchedAt.get(name) ?? 0) + PART_MS - Date.now();
		due.set(name, setTimeout(how, Math.max(0, wait), name));
	}

	function partWant(name) {
		if (partOf(name))
			fetchSoon(name, partFetch);
	}

	/* null: there was none, or it came too late. */
	async function textFetch(name, address) {
		const now = Date.now();
		due.delete(name);
		fetchedAt.set(name, now);
		const answer = await fetch(address, {cache: "no-store"}).catch(() => null);
		const text = answer?.ok && !answer.redirected ? await answer.text().catch(() => null) : null;
		return paused || fetchedAt.get(name) !== now ? null : text;
	}

	async function partFetch(name) {
		const address = new URL(location);
		address.searchParams.set("deel", name);
		const text = await textFetch(name, address);
		if (text !== null)
			partPut(name, parse(text));
	}

	async function pageFetch() {
		const text = await textFetch(PAGE, location.href);
		if (text === null)
			return;
		for (const fresh of parse(text).content.querySelectorAll("main [data-mee]"))
			if (partOf(fresh.dataset.mee))
				partPut(fresh.dataset.mee, parse(fresh.innerHTML));
	}

	function parse(text) {
		const template = document.createElement("template");
		template.innerHTML = text;
		return template;
	}

	/* A list does not change under the mouse, and nothing does that has the focus or a form that somebody fills in. */
	const isBusy = part => part.contains(document.activeElement) || part.querySelector("form.formulier") ||
		(part.matches(":hover") && rowsOf(part).length > 0);

	function partPut(name, fresh) {
		const part = partOf(name);
		held.get(name)?.line.remove();
		held.delete(name);
		if (fresh.innerHTML.trim() === shown.get(name).trim())
			return;
		if (isBusy(part))
			partHold(name, part, fresh);
		else
			partShow(name, part, fresh);
	}

	function partShow(name, part, fresh) {
		shown.set(name, fresh.innerHTML);
		const open = [...part.querySelectorAll("details")].map(one => one.open);
		part.replaceChildren(fresh.content);
		part.querySelectorAll("details").forEach((one, i) => { one.open = open[i] ?? one.open; });
		changedAt = heardAt;
	}

	function partHold(name, part, fresh) {
		const there = new Set(rowsOf(parse(shown.get(name)).content));
		const count = rowsOf(fresh.content).filter(row => !there.has(row)).length;
		const button = make("button", {class: "pauze", type: "button"}, "Toon");
		const line = make("p", {class: "klein"}, count ? `${count} nieuwe. ` : "Er is iets veranderd. ", button);
		held.set(name, {line, fresh});
		part.prepend(line);
		button.addEventListener("click", () => {
			held.delete(name);
			partShow(name, part, fresh);
		});
	}

	/* Where mouse and focus are gone again, it comes by itself. */
	function heldLook() {
		for (const [name, {fresh}] of held)
			if (!isBusy(partOf(name)))
				partPut(name, fresh);
	}

	function take(event) {
		const fields = Object.fromEntries(event.split("\n").map(line => line.split(/: ?(.*)/s)));
		if (fields.event === "kpi")
			figurePut(JSON.parse(fields.data));
		else if (fields.event === "deel")
			partWant(fields.data);
	}

	/* ---- the stream ---- */

	async function read(answer) {
		const decoder = new TextDecoder(), pieces = answer.body.getReader();
		watch();
		for (let text = "", piece; !(piece = await pieces.read()).done;) {
			heardAt = new Date();
			watch();
			tries = 0;
			if (bar) {
				barHide();
				statusWrite();
			}
			const events = (text + decoder.decode(piece.value, {stream: true})).split("\n\n");
			text = events.pop();
			events.forEach(take);
			if (!writtenAt)
				statusWrite();
		}
	}

	/* On opening it is told how all stands, so that what was missed is made up for. */
	async function follow() {
		const own = stream = new AbortController();
		const limit = setTimeout(() => own.abort(), LOST_MS); // of the answer; then it must not fall silent
		try {
			const answer = await fetch(main.dataset.stroom, {signal: own.signal, cache: "no-store"});
			clearTimeout(limit);
			refused = answer.status === 401 || answer.status === 403;
			if (answer.ok)
				await read(answer);
		} catch { /* it ended, as it may at any time */ }
		clearTimeout(limit);
		if (stream !== own)
			return;
		stream = null;
		if (refused) {
			clearTimeout(alarm);
			barShow("U bent niet meer ingelogd.", "Laad de pagina opnieuw om in te loggen.");
		} else {
			retry = setTimeout(follow, WAITS_MS[Math.min(tries++, WAITS_MS.length - 1)]);
		}
	}

	function stop() {
		const old = stream;
		stream = null;
		old?.abort();
		clearTimeout(retry);
		clearTimeout(alarm);
		due.forEach(clearTimeout);
		due.clear();
	}

	function start() {
		stop();
		if (paused || refused || document.hidden)
			return;
		tries = 0;
		watch();
		follow();
	}

	/* ---- the page ---- */

	const pulse = make("span", {class: "puls", "aria-hidden": "true"});
	const pause = make("button", {class: "pauze", type: "button"}, "Pauzeer");
	status.before(pulse);
	status.after(" ", pause);
	pause.addEventListener("click", () => {
		paused = !paused;
		pause.textContent = paused ? "Ga verder" : "Pauzeer";
		barHide();
		start();
		statusWrite();
	});
	for (const part of main.querySelectorAll("[data-deel], [data-mee]"))
		shown.set(part.dataset.deel ?? part.dataset.mee, part.innerHTML); // as it came, before anybody opens anything in it
	document.addEventListener("visibilitychange", start);
	window.addEventListener("pagehide", stop);
	setInterval(heldLook, PART_MS);
	setInterval(() => { if (writtenAt && writtenAt < changedAt) statusWrite(); }, STATUS_MS);
	start();
})();
