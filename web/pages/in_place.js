/*
 * The form of an entry, opened in its list:
 *
 *   <li>… <a data-formulier href="/aanmeldteam/…">Vastleggen</a></li>
 *
 * Without it that is a page of its own, which is also where a refusal is said.
 */
"use strict";
(() => {
	const main = document.querySelector("main");
	let open = null; // its link and its form

	function close() {
		open?.form.remove();
		open?.link.setAttribute("aria-expanded", "false");
		open = null;
	}

	async function formOf(link) {
		const answer = await fetch(link.href, {cache: "no-store"});
		const page = new DOMParser().parseFromString(await answer.text(), "text/html");
		return answer.ok && !answer.redirected ? page.querySelector("form.formulier") : null;
	}

	async function show(link) {
		const form = await formOf(link).catch(() => null);
		close();
		if (!form || !link.isConnected) {
			location.assign(link.href); // there it says why
			return;
		}
		open = {link, form};
		link.closest("li").append(form);
		link.setAttribute("aria-expanded", "true");
		form.querySelector("input:not([type=hidden])").focus();
	}

	main.addEventListener("click", event => {
		const link = event.target.closest("a[data-formulier]");
		if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
			return;
		event.preventDefault();
		if (open?.link === link)
			close();
		else
			show(link);
	});
	main.addEventListener("keydown", event => {
		if (event.key !== "Escape" || !open)
			return;
		const {link} = open;
		close();
		link.focus();
	});
})();
