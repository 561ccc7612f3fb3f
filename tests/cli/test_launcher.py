"""The launcher `run`, with a stand-in for uv: what it installs, when, and what it starts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LOCKS = ("requirements-build.lock", "requirements.lock", "requirements-dev.lock", "requirements-bench.lock")

# Makes an empty venv, and "installs" by a line in a log; libraries come from this run's own venv.
FAKE_UV = f"""#!/bin/sh
case "$1" in
venv)
    for last; do :; done
    "{sys.executable}" -m venv --without-pip "$last"
    ;;
pip)
    for last; do :; done
    printf '%s\\n' "${{last##*/}}" >>"$UV_LOG"
    sleep 0.3
    [ -z "${{UV_FAILS-}}" ]
    ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a space in its path, and a package that tells how it was started."""
    here = tmp_path / "check out"
    (here / "feedsvc").mkdir(parents=True)
    (here / "feedsvc" / "__init__.py").write_text("")
    (here / "feedsvc" / "__main__.py").write_text(
        "import os, sys\nprint(sys.argv[1:], os.environ.get('FEEDSVC_CONFIG'), os.getpid())\n"
    )
    shutil.copy(ROOT / "run", here / "run")
    for name in LOCKS:
        (here / name).write_text(f"# {name}\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").write_text(FAKE_UV)
    (tools / "uv").chmod(0o755)
    return here


def start(checkout: Path, *arguments: str, cwd: Path | None = None, **more: str) -> subprocess.Popen[str]:
    tools = checkout.parent / "tools"
    environ = {
        "PATH": f"{tools}:/usr/bin:/bin",
        "UV_LOG": str(checkout.parent / "uv.log"),
        "HOME": os.environ.get("HOME", "/"),
        **more,
    }
    return subprocess.Popen(
        [str(checkout / "run"), *arguments],
        cwd=cwd or checkout.parent,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(checkout: Path, *arguments: str, cwd: Path | None = None, **more: str) -> tuple[int, str, str]:
    process = start(checkout, *arguments, cwd=cwd, **more)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def installed(checkout: Path) -> list[str]:
    log = checkout.parent / "uv.log"
    return log.read_text().split() if log.exists() else []


def test_the_first_start_installs_by_lock_and_the_next_one_does_not(checkout: Path) -> None:
    code, out, err = run(checkout, "serve", "two words")
    assert (code, out.startswith("['serve', 'two words']")) == (0, True), err
    assert installed(checkout) == ["requirements-build.lock", "requirements.lock"]
    assert "installing" in err
    code, out, err = run(checkout, "serve")
    assert (code, err) == (0, "")
    assert len(installed(checkout)) == 2


def test_the_launcher_becomes_the_program(checkout: Path) -> None:
    run(checkout, "version")
    process = start(checkout, "version")
    out, _ = process.communicate(timeout=60)
    assert out.split()[-1] == str(process.pid)


def test_a_changed_lock_installs_again(checkout: Path) -> None:
    run(checkout, "version")
    (checkout / "requirements.lock").write_text("# changed\n")
    assert run(checkout, "version")[0] == 0
    assert len(installed(checkout)) == 4


def test_what_is_compared_with_is_installed_for_a_measurement_and_for_nothing_else(checkout: Path) -> None:
    (checkout / "bench").mkdir()
    (checkout / "bench" / "serving.py").write_text("import sys\nprint('measured', sys.argv[1:])\n")
    run(checkout, "test")
    assert "requirements-bench.lock" not in installed(checkout)
    code, out, err = run(checkout, "bench", "serving", "--rounds", "two words")
    assert (code, out) == (0, "measured ['--rounds', 'two words']\n"), err
    assert installed(checkout)[-1] == "requirements-bench.lock"
    code, _, err = run(checkout, "bench")
    assert (code, len(installed(checkout))) == (1, 4)
    assert "docs/bench.md lists them" in err


def test_a_moved_checkout_installs_again(checkout: Path) -> None:
    run(checkout, "version")
    moved = checkout.rename(checkout.parent / "moved")
    code, out, _ = run(moved, "version")
    assert code == 0
    assert str(moved / "config.toml") in out
    assert len(installed(moved)) == 4


def test_an_interrupted_installation_is_done_again(checkout: Path) -> None:
    code, out, err = run(checkout, "version", UV_FAILS="1")
    assert (code, out) == (1, "")
    assert "Run the same command again" in err
    assert run(checkout, "version")[0] == 0


def test_what_uv_began_goes_on_without_uv(checkout: Path) -> None:
    pytest.importorskip("ensurepip")
    run(checkout, "version")
    assert not (checkout / ".venv" / "bin" / "pip").exists()
    _, _, err = run(checkout, "test", PATH="/usr/bin:/bin")
    assert "could not install" not in err
    assert (checkout / ".venv" / "dev.stamp").exists()


def test_a_checkout_that_cannot_be_written_says_so(checkout: Path) -> None:
    read_only = (
        'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 77; "$1/run" version; exit $?'
    )
    command = ["unshare", "-m", "sh", "-c", read_only, "sh", str(checkout)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("this needs the right to mount")
    assert done.returncode == 1
    assert "cannot be written: start once as its owner" in done.stderr


def test_two_first_starts_at_once_install_once(checkout: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: run(checkout, "version"), range(2)))
    assert [code for code, _, _ in results] == [0, 0]
    assert len(installed(checkout)) == 2


def test_the_checkouts_configuration_is_used_unless_one_is_at_hand(checkout: Path, tmp_path: Path) -> None:
    assert str(checkout / "config.toml") in run(checkout, "version")[1]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "config.toml").write_text("")
    assert "None" in run(checkout, "version", cwd=elsewhere)[1]
    assert "/own.toml" in run(checkout, "version", FEEDSVC_CONFIG="/own.toml")[1]


def test_modules_in_the_current_directory_stay_out_of_the_way(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "os.py").write_text("raise SystemExit('shadowed')")
    (tmp_path / "feedsvc.py").write_text("raise SystemExit('shadowed')")
    assert run(checkout, "version", cwd=tmp_path)[0] == 0


def test_a_link_to_the_launcher_works(checkout: Path, tmp_path: Path) -> None:
    link = tmp_path / "feedsvc"
    link.symlink_to(checkout / "run")
    done = subprocess.run(
        [str(link), "version"],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}/tools:/usr/bin:/bin", "UV_LOG": str(tmp_path / "uv.log")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_without_a_usable_python_the_exact_command_is_said(checkout: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("sh", "readlink", "cat", "cksum", "rm", "flock"):
        (bare / name).symlink_to(shutil.which(name) or f"/usr/bin/{name}")
    code, _, err = run(checkout, "serve", PATH=str(bare))
    assert code == 1
    assert "apt-get install -y python3 python3-venv" in err


def test_the_package_is_importable_without_being_built(checkout: Path) -> None:
    run(checkout, "version")
    library = sysconfig.get_path("purelib", vars={"base": str(checkout / ".venv")})
    assert (Path(library) / "feedsvc.pth").read_text() == f"{checkout}\n"
