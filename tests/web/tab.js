/*
 * A tab of the browser that is used for page after page: who looks, with or without script, in what window. One tab, because a
 * window of chromium costs more than most pages.
 */

/* Nobody is told apart from a developer by what a proxy adds. */
const NOBODY = {"X-Forwarded-For": "127.0.0.1"};

const KEYS = {Tab: {windowsVirtualKeyCode: 9}, Enter: {windowsVirtualKeyCode: 13, text: "\r"}};

export async function tabOpen(browser) {
	const context = await browser.newContext({locale: "nl-NL", timezoneId: "Europe/Amsterdam", reducedMotion: "reduce"});
	const page = await context.newPage();
	return new Tab(context, page, await context.newCDPSession(page));
}

class Tab {
	constructor(context, page, devtools) {
		Object.assign(this, {context, page, devtools, hasScript: false});
		page.on("request", request => this.hasScript ||= request.resourceType() === "script");
	}

	/* As if it were new. Yields what the browser says from now on that is no part of the page wanted. */
	async takeFor(house, wanted, {script}) {
		await this.page.unrouteAll({behavior: "ignoreErrors"});
		["console", "pageerror"].forEach(event => this.page.removeAllListeners(event));
		await this.page.goto("about:blank");
		await this.context.clearCookies();
		await this.context.setExtraHTTPHeaders(wanted.who ? {} : NOBODY);
		if (wanted.who)
			await this.context.addCookies([await house.signIn(wanted.who)]);
		await this.scriptsLet(script);
		this.hasScript = false;
		return listen(this.page, wanted);
	}

	/* What is loaded from now on has scripts or not. */
	scriptsLet(isLet) {
		return this.devtools.send("Emulation.setScriptExecutionDisabled", {value: !isLet});
	}

	/* Once a page stands: what looks at it has scripts, also where the page had none. */
	async toolsLoad(source) {
		await this.scriptsLet(true);
		await this.devtools.send("Runtime.evaluate", {expression: source});
	}

	/* Many times, without waiting for each. */
	press(name, times) {
		const key = {key: name, code: name, ...KEYS[name]};
		return Promise.all(Array.from({length: times}, () => ["keyDown", "keyUp"].map(type =>
			this.devtools.send("Input.dispatchKeyEvent", {type, ...key}))).flat());
	}

	async window({width, height, scheme, media = "screen", forcedColors = "none"}) {
		await this.page.emulateMedia({colorScheme: scheme, media, forcedColors});
		await this.page.setViewportSize({width, height});
	}
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
