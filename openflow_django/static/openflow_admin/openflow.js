"use strict";

/* What pages of openflow_django do beyond forms and links. Every page works without this file. */

{
    const FASTEST_MS = 1000;
    const SLOWEST_MS = 5000;

    /* A run that is still going: ask whether there is news, and then fetch the page once. */
    const follow = (delay) => {
        const live = document.getElementById("openflow-live");
        const address = live?.dataset.openflowState;
        if (!address) {
            return;
        }
        window.setTimeout(async () => {
            if (document.hidden) {
                follow(delay);
                return;
            }
            const news = await ask(address);
            const isNews = news !== null && (news.done || String(news.seq) !== live.dataset.openflowSeq || news.status !== live.dataset.openflowStatus);
            if (isNews) {
                await replace(live);
            }
            follow(isNews ? FASTEST_MS : Math.min(delay * 1.5, SLOWEST_MS));
        }, delay);
    };

    const ask = async (address) => {
        try {
            const response = await fetch(address, {headers: {Accept: "application/json"}, credentials: "same-origin"});
            return response.ok ? await response.json() : null;
        } catch {
            return null;
        }
    };

    const replace = async (live) => {
        let text;
        try {
            const response = await fetch(window.location.href, {credentials: "same-origin"});
            if (!response.ok) {
                return;
            }
            text = await response.text();
        } catch {
            return;
        }
        const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("openflow-live");
        if (!fresh) {
            return;
        }
        for (const details of live.querySelectorAll("details[data-openflow-keep]")) {
            const same = [...fresh.querySelectorAll("details[data-openflow-keep]")].find((other) => other.dataset.openflowKeep === details.dataset.openflowKeep);
            if (same) {
                same.open = details.open || same.open;
            }
        }
        const focused = live.contains(document.activeElement) ? document.activeElement.closest("[data-openflow-keep]")?.dataset.openflowKeep : undefined;
        live.replaceWith(fresh);
        show(fresh);
        if (focused !== undefined) {
            [...fresh.querySelectorAll("[data-openflow-keep]")].find((other) => other.dataset.openflowKeep === focused)?.querySelector("summary")?.focus();
        }
    };

    const show = (root) => {
        for (const element of root.querySelectorAll("[data-openflow-only-js]")) {
            element.hidden = false;
        }
    };

    /* A link to a line of the document selects that line in the text area. */
    const goToLine = (event) => {
        const link = event.target.closest("a[data-openflow-line]");
        const area = document.querySelector("textarea[data-openflow-json]");
        if (!link || !area) {
            return;
        }
        event.preventDefault();
        const lines = area.value.split("\n");
        const line = Math.min(Number(link.dataset.openflowLine), lines.length);
        const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
        area.focus({preventScroll: true});
        area.setSelectionRange(start, start + lines[line - 1].length);
        const height = parseFloat(getComputedStyle(area).lineHeight) || 18;
        area.scrollTop = Math.max((line - 5) * height, 0);
        const top = area.getBoundingClientRect().top + window.scrollY + (line * height - area.scrollTop);
        window.scrollTo({top: Math.max(top - window.innerHeight / 3, 0)});
    };

    /* Unsaved text is not left without a question. */
    const guard = () => {
        const area = document.querySelector("#flow_form textarea[data-openflow-json]");
        if (!area) {
            return;
        }
        let isLeaving = false;
        const typed = area.value;
        area.form.addEventListener("submit", () => {
            isLeaving = true;
        });
        window.addEventListener("beforeunload", (event) => {
            if (!isLeaving && area.value !== typed) {
                event.preventDefault();
            }
        });
        document.addEventListener("keydown", (event) => {
            if ((event.ctrlKey || event.metaKey) && event.key === "s" && area.form.contains(document.activeElement)) {
                event.preventDefault();
                area.form.querySelector("[name=_save]")?.click();
            }
        });
    };

    /* Choices that follow from another choice are fetched at once. */
    const refreshChoices = () => {
        for (const button of document.querySelectorAll("button[data-openflow-refresh]")) {
            const choice = document.getElementById(button.dataset.openflowRefresh);
            choice?.addEventListener("change", () => button.click());
            button.hidden = choice !== null;
        }
    };

    const start = () => {
        show(document);
        follow(FASTEST_MS);
        guard();
        refreshChoices();
        document.addEventListener("click", goToLine);
    };

    if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", start);
    } else {
        start();
    }
}
