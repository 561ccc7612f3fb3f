"""Programs of the JavaScript world for tests, at exactly the versions that a lock file names."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.proxying import part


def installed(folder: Path) -> Path:
    """Return where the packages are that a folder's lock file names; the first time, install them."""
    npm = part("npm")
    lock = (folder / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "feedsvc-tests" / f"npm-{hashlib.sha256(lock).hexdigest()[:16]}"
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as held:
        # Two processes of the test run must not install over each other.
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (place / "installed").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(folder / name, place / name)
            command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
            done = subprocess.run(command, cwd=place, check=False, timeout=100, capture_output=True)
            if done.returncode and not os.environ.get("CI"):
                pytest.skip(f"npm could not install what {folder.name} needs: {done.stderr.decode()}")
            assert done.returncode == 0, done.stderr.decode()
            (place / "installed").touch()
    return place
