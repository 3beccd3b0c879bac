#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Visit khttpd with a browser: headless Chromium on this machine, khttpd in a guest.

    browser.py [--junit FILE] [--screenshots DIR]

What is looked at: listings as people see them, light, dark and on a phone; the HTML
of a Debian package, link by link; reloading; and a player that seeks in a large file.
"""

import argparse
import json
import shutil
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import junit  # pylint: disable=wrong-import-position
from channel import ChannelError  # pylint: disable=wrong-import-position
from guest import Guest, GuestError  # pylint: disable=wrong-import-position
from suite import build_packages, check_log, power_off  # pylint: disable=wrong-import-position

# Seconds; nothing takes this long but what hangs.
PATIENCE = 120
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
DESK = {"width": 1200, "height": 900, "deviceScaleFactor": 1, "mobile": False}
MANUAL = "/manual/manual/index.html"
LARGE = 100 << 20
CONFIGURATION = """
[server]
root = "/srv/site"

[site]
listing = true
"""
# Run in the guest: a site with listings, names that are hard to link to, and a recording.
SITE = r"""
import os, struct
os.makedirs("/srv/site/odd")
os.makedirs("/srv/site/folder/deeper/here")
names = [b"plain.txt", b"two words", b"new\nline", b'"quotes"', b"<b>bold", b"&amp;", b"100%", b"%41", b"a#b",
         b"a?b=c", b"a:b", b"javascript:alert(1)", b"a;b", b"a+b", b"back\\slash", b" leading",
         b"\xc3\xa4\xe2\x82\xac", b"\xff\xfe", b"\x01\x1f", "\u202egnp.exe".encode(), b"x" * 200]
for number, name in enumerate(names):
    with open(b"/srv/site/odd/" + name, "wb") as file:
        file.write(b"odd %d" % number)
for number, name in enumerate(("one.txt", "two.txt", "three.txt", "four.html", "five.svg", "six.css")):
    with open(f"/srv/site/folder/{name}", "wb") as file:
        file.write(b" " * (number * 37717 % 9000))
    os.utime(f"/srv/site/folder/{name}", (0, 1600000000 + number * 86400 * 5 % 1300000))
open("/srv/site/folder/deeper/here/file.txt", "w").write("deep")
open("/srv/site/favicon.ico", "wb").close()
large = LARGE
with open("/srv/site/large.wav", "wb") as file:
    file.write(b"RIFF" + struct.pack("<I", large - 8) + b"WAVEfmt ")
    file.write(struct.pack("<IHHIIHH", 16, 1, 2, 48000, 192000, 4, 16) + b"data" + struct.pack("<I", large - 44))
    file.truncate(large)
open("/srv/site/player.html", "w").write('<!doctype html><title>player</title>'
    '<video src="large.wav" preload="metadata" controls width="600" height="80"></video>')
open("/srv/site/plain.html", "w").write("<!doctype html><title>plain</title><p>plain")
""".replace("LARGE", str(LARGE))
ODD = 21


def free_port():
    """Return a port of 127.0.0.1 that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def set_up(guest):
    """Let khttpd serve the site in the guest."""
    guest.run("ip link set eth0 up && ip address add 10.0.2.15/24 dev eth0 && ip route add default via 10.0.2.2")
    guest.run(["python3", "-c", SITE])
    guest.run("mkdir -p /srv/site/manual && mount --bind /usr/share/doc/gcc-12-base/libstdc++ /srv/site/manual")
    guest.run("cat >/etc/khttpd/khttpd.conf.d/90-browser.conf", stdin=CONFIGURATION.encode())
    guest.run("systemctl start khttpd")


class Visit:
    """The browser, the guest behind it, and what one does with both; test_* are the tests."""

    def __init__(self, guest, port, screenshots, profile):
        self.guest = guest
        self.base = f"http://127.0.0.1:{port}"
        self.screenshots = screenshots
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--no-proxy-server", "--disable-background-networking", "--disable-component-update",
                         "--hide-scrollbars", "--autoplay-policy=no-user-gesture-required",
                         f"--user-data-dir={profile}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(PATIENCE)
        self.driver.set_script_timeout(PATIENCE)
        self.show()

    def show(self, screen=None, scheme="light"):
        """Show pages on a screen of that kind, in that colour scheme."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen or DESK)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                    {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def open(self, path):
        """Go to a page."""
        self.driver.get(self.base + path)

    def path(self):
        """Return where the browser is, with the query."""
        return self.driver.current_url.removeprefix(self.base)

    def script(self, text, *arguments):
        """Run a script in the page and return what it returns."""
        return self.driver.execute_script(text, *arguments)

    def click(self, text, within="body"):
        """Click the link with that text, and wait for the page that it leads to."""
        before = self.driver.current_url
        links = self.driver.find_elements(By.CSS_SELECTOR, f"{within} a")
        next(link for link in links if link.text.strip() == text).click()
        self.until(lambda: self.driver.current_url != before, f"the link {text} leads somewhere")
        self.until(lambda: self.script("return document.readyState") == "complete", "the page is there")

    def until(self, condition, what):
        """Wait until a condition is true."""
        WebDriverWait(self.driver, PATIENCE, 0.1).until(lambda _: condition(), what)

    def rows(self):
        """Return the texts of the links in the table, without the one that leads up."""
        return self.script("return [...document.querySelectorAll('tbody a')]"
                           ".filter(a => a.getAttribute('href') != '../').map(a => a.textContent)")

    def no_complaints(self):
        """See that the browser had nothing to say of the pages so far."""
        told = [entry["message"] for entry in self.driver.get_log("browser")]
        assert told == [], told

    def picture(self, name):
        """Take a screenshot; see that nothing is wider than the screen."""
        self.driver.get_screenshot_as_file(str(self.screenshots / f"{name}.png"))
        width, screen = self.script("return [document.scrollingElement.scrollWidth, innerWidth]")
        assert width <= screen, f"{name}: {width} px on a screen of {screen}"

    def status(self, code):
        """Return how many responses had a status, as the server counts."""
        counted = self.guest.run("khttpdctl stats --json | python3 -c 'import json, sys; "
                                 f"print(json.load(sys.stdin)[\"status\"].get(\"{code}\", 0))'")
        return int(counted.text)

    def statuses(self, path):
        """Return the statuses of the responses for a path that the browser has got since it was last asked."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        responses = [event["params"]["response"] for event in events if event["method"] == "Network.responseReceived"]
        return [response["status"] for response in responses if response["url"] == self.base + path]

    def test_a_listing_is_shown(self):
        self.open("/")
        assert "Index of /" in self.driver.title
        assert set(self.rows()) == {"folder/", "odd/", "manual/", "favicon.ico", "large.wav", "plain.html",
                                    "player.html"}
        assert self.driver.find_elements(By.CSS_SELECTOR, "table caption")
        self.no_complaints()

    def test_the_heads_of_the_columns_sort(self):
        self.open("/folder/")
        by_name = self.rows()
        assert by_name == ["deeper/", "five.svg", "four.html", "one.txt", "six.css", "three.txt", "two.txt"]
        sizes = {}
        for column, query in (("Size", "C=S"), ("Modified (UTC)", "C=M"), ("Name", "C=N")):
            self.click(column, "thead")
            assert self.path() == f"/folder/?{query};O=A", self.path()
            ascending = self.rows()
            self.click(column, "thead")
            assert self.path() == f"/folder/?{query};O=D"
            assert self.rows() == ascending[:1] + ascending[:0:-1]
            sizes[query] = ascending
        assert sizes["C=N"] == by_name and sizes["C=S"] != by_name != sizes["C=M"]
        self.no_complaints()

    def test_directories_lead_down_and_up(self):
        self.open("/")
        self.click("folder/")
        self.click("deeper/")
        self.click("here/")
        assert self.path() == "/folder/deeper/here/" and self.rows() == ["file.txt"]
        self.click("folder", "h1")
        assert self.path() == "/folder/"
        self.click("deeper/")
        self.click("../")
        assert self.path() == "/folder/"
        self.click("/", "h1")
        assert self.path() == "/"
        self.driver.back()
        self.until(lambda: self.path() == "/folder/", "the way back")
        self.no_complaints()

    def test_odd_names_are_opened(self):
        self.open("/odd/")
        assert len(self.rows()) == ODD
        bodies = self.driver.execute_async_script(
            "const done = arguments[0];"
            "const links = [...document.querySelectorAll('tbody a')].filter(a => a.getAttribute('href') != '../');"
            "Promise.all(links.map(a => fetch(a.href).then(r => r.text()))).then(done, e => done(String(e)));")
        assert sorted(bodies) == sorted(f"odd {number}" for number in range(ODD)), bodies
        self.click("plain.txt")
        assert self.driver.find_element(By.TAG_NAME, "body").text == "odd 0"
        self.no_complaints()

    def test_the_pictures(self):
        """To be looked at: light and dark, on a desk and on a phone; nothing is too wide."""
        colour = {}
        for screen, measures in (("desk", DESK), ("phone", PHONE)):
            for scheme in ("light", "dark"):
                self.show(measures, scheme)
                for name, path in (("listing", "/folder/"), ("odd", "/odd/"), ("root", "/"), ("error", "/none")):
                    self.open(path)
                    self.picture(f"{name}-{screen}-{scheme}")
                    colour[name, scheme] = self.script("return getComputedStyle(document.body).color")
        self.show()
        # What is not there is told on the console, as it should be.
        self.driver.get_log("browser")
        assert colour["listing", "light"] != colour["listing", "dark"]
        assert colour["error", "light"] != colour["error", "dark"]

    def test_a_manual_is_read(self):
        """The pages come with their images and style sheets, one after another."""
        self.open(MANUAL)
        seen = {self.path()}
        for _ in range(6):
            self.click("Next")
            seen.add(self.path())
            broken = self.script("return [...document.images].filter(i => !i.complete || !i.naturalWidth)"
                                 ".map(i => i.src)")
            assert broken == [], broken
        assert len(seen) == 7, seen
        self.driver.back()
        self.until(lambda: self.path() in seen, "the page before")
        self.picture("manual")
        self.no_complaints()

    def test_a_reload_asks_whether_anything_has_changed(self):
        self.open("/plain.html")
        before = self.status(304)
        self.driver.refresh()
        self.until(lambda: self.status(304) > before, "a 304 is counted")
        self.open(MANUAL)
        before = self.status(304)
        self.driver.refresh()
        self.until(lambda: self.status(304) > before, "a 304 is counted")
        self.guest.run("echo '<!doctype html><title>changed</title>' >/srv/site/plain.html")
        self.open("/plain.html")
        self.driver.refresh()
        assert self.driver.title == "changed"
        self.no_complaints()

    def test_a_player_seeks(self):
        """By ranges: of 100 MB little is transferred."""
        self.driver.get_log("performance")
        sent = int(self.guest.run("cat /sys/kernel/khttpd/stats/bytes_out").text)
        self.open("/player.html")

        def video(name):
            return self.script(f"return document.querySelector('video').{name}")

        self.until(lambda: video("readyState") >= 1, "the length is known")
        length = video("duration")
        assert abs(length - LARGE / 192000) < 1, length
        for place in (0.9, 0.1, 0.5):
            at = self.driver.execute_async_script(
                "const [place, done] = arguments, video = document.querySelector('video');"
                "video.addEventListener('seeked', () => done(video.currentTime), {once: true});"
                "video.addEventListener('error', () => done(String(video.error.message)), {once: true});"
                "video.currentTime = video.duration * place;", place)
            assert abs(at - length * place) < 1, at
        video("play()")
        self.until(lambda: video("currentTime") > length / 2 + 0.5, "it plays")
        # One request at first, one for the end; the other places may lie in what it has read ahead.
        statuses = self.statuses("/large.wav")
        assert len(statuses) >= 2 and set(statuses) == {206}, statuses
        assert int(self.guest.run("cat /sys/kernel/khttpd/stats/bytes_out").text) - sent < LARGE
        self.no_complaints()


def run_tests(visit):
    """Run the tests in the order in which they are written and return their cases."""
    cases = []
    for name in [name for name in vars(Visit) if name.startswith("test_")]:
        begun = time.monotonic()
        outcome, message = junit.PASSED, ""
        try:
            getattr(visit, name)()
        except (AssertionError, StopIteration, WebDriverException, GuestError) as error:
            outcome, message = junit.FAILED, f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
            visit.driver.get_screenshot_as_file(str(visit.screenshots / f"failed-{name}.png"))
            visit.driver.get_log("browser")
        cases.append(junit.Case(f"browser::{name}", outcome, time.monotonic() - begun, message))
        print(f"{name}: {outcome} ({cases[-1].seconds:.1f} s)", flush=True)
    return cases


def run(screenshots):
    """Boot, serve, visit; return the cases."""
    port = free_port()
    profile = tempfile.mkdtemp(prefix="khttpd-browser-")
    with Guest("6.1", packages=build_packages(), forward=port) as guest:
        guest.ready()
        set_up(guest)
        print("the guest serves", flush=True)
        visit = Visit(guest, port, screenshots, profile)
        try:
            cases = run_tests(visit)
        finally:
            visit.driver.quit()
            shutil.rmtree(profile, ignore_errors=True)
        cases.append(check_log(guest, "after the browser"))
        cases.append(power_off(guest))
    return cases


def main():
    parser = argparse.ArgumentParser(description="Visit khttpd with a browser.")
    parser.add_argument("--junit", help="write a report there")
    parser.add_argument("--screenshots", help="keep the screenshots there")
    options = parser.parse_args()

    screenshots = Path(options.screenshots or tempfile.mkdtemp(prefix="khttpd-screenshots-"))
    screenshots.mkdir(parents=True, exist_ok=True)
    try:
        cases = run(screenshots)
    except (GuestError, ChannelError, WebDriverException) as error:
        cases = [junit.Case("browser", junit.FAILED, 0, str(error))]
    failed = [case for case in cases if case.outcome == junit.FAILED]
    for case in failed:
        print(f"FAILED {case.name}\n{case.message}\n")
    print(f"{len(cases) - len(failed)} of {len(cases)} good; the screenshots are in {screenshots}")
    if options.junit:
        junit.write(options.junit, "browser", cases)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
