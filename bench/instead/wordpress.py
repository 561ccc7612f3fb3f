"""Run WordPress from Debian's packages behind nginx, with its own PHP and MariaDB, all in one folder.

Nothing of the system's own services or settings is touched: WordPress is copied, so that its configuration
lies beside it; PHP and MariaDB listen on sockets in the folder. It is as installed, with PHP's opcode cache
and without a plugin; permalinks are on, and the feed holds fifty items in whole.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.rivals import NO_MORE, Server, process
from tests.serving import eventually, free_port

PACKAGE = Path("/usr/share/wordpress")
SYSTEM = Path("/usr/sbin")
BOUNDS = {"304": 300.0, "200 gzip": 800.0}

CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{folder}/mariadb.sock');
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', 'http://127.0.0.1:{port}'); define('WP_SITEURL', 'http://127.0.0.1:{port}');
define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HTTP_BLOCK_EXTERNAL', true); define('WP_DEBUG', false);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""

INSTALL = """<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = '127.0.0.1:{port}';
function wp_new_blog_notification() {{}}
require '{folder}/site/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Harbour News', 'editor', 'editor@news.example', true, '', 'a long pass phrase');
foreach (get_posts(array('numberposts' => -1)) as $sample) wp_delete_post($sample->ID, true);
update_option('posts_per_rss', 50);
update_option('rss_use_excerpt', 0);
update_option('timezone_string', 'UTC');
foreach (json_decode(file_get_contents('{items}'), true)['items'] as $item) {{
  $done = wp_insert_post(array(
    'post_title' => $item['title'], 'post_content' => $item['content_html'], 'post_status' => 'publish',
    'post_excerpt' => $item['summary'], 'post_author' => 1,
    'post_date_gmt' => gmdate('Y-m-d H:i:s', strtotime($item['date_published'])),
    'post_date' => gmdate('Y-m-d H:i:s', strtotime($item['date_published'])),
  ), true);
  if (is_wp_error($done)) {{ fwrite(STDERR, $done->get_error_message()); exit(1); }}
}}
global $wp_rewrite;
$wp_rewrite->set_permalink_structure('/%postname%/');
$wp_rewrite->flush_rules(false);
"""

POOL = """[global]
error_log = {folder}/php.log
daemonize = no
[site]
user = root
group = root
listen = {folder}/php.sock
pm = static
pm.max_children = 4
"""

NGINX = """user root; daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000;
  gzip on; gzip_types application/rss+xml; fastcgi_buffers 64 16k;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port}; root {folder}/site; index index.php;
    location / {{ try_files $uri $uri/ /index.php?$args; }}
    location ~ [.]php$ {{
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_pass unix:{folder}/php.sock;
    }}
  }}
}}
"""


def without() -> str:
    """Say why WordPress cannot run here; empty if it can."""
    parts = {
        "nginx": shutil.which("nginx", path=f"{SYSTEM}:/usr/bin"),
        "mariadb-server": (SYSTEM / "mariadbd").exists(),
        "php-fpm": php_fpm(),
        "wordpress": PACKAGE.is_dir(),
    }
    missing = [name for name, there in parts.items() if not there]
    return f"{', '.join(missing)} not installed: .ci/install-system-parts bench does that" if missing else ""


def php_fpm() -> Path | None:
    """Return PHP's server, whatever its version is."""
    return next(iter(sorted(SYSTEM.glob("php-fpm*"))), None)


@contextmanager
def wordpress(items: Path) -> Iterator[Server]:
    """Serve the items by WordPress until the end of the block."""
    port = free_port()
    # A path of its own: that of a socket may only have a hundred characters.
    with tempfile.TemporaryDirectory(prefix="wordpress-") as name, ExitStack() as stack:
        folder = Path(name)
        database = stack.enter_context(mariadb(folder))
        install(folder, items, port)
        (folder / "pool.conf").write_text(POOL.format(folder=folder))
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
        command = [str(php_fpm()), "--nodaemonize", "--fpm-config", str(folder / "pool.conf"), "-R"]
        php = stack.enter_context(process(command))
        eventually((folder / "php.sock").exists, 30, "PHP listens")
        command = ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]
        front = stack.enter_context(process(command, {"PATH": f"{SYSTEM}:/usr/bin:/bin"}))
        # nginx makes the ETag of what it compresses a weak one, and WordPress answers 200 to that.
        roots = (front, php, database)
        server = Server("WordPress", port, roots, ("/feed/",), BOUNDS, keeps_etag=False)
        eventually(server.answers, 60, "WordPress answers")
        yield server


@contextmanager
def mariadb(folder: Path) -> Iterator[int]:
    """Run a MariaDB with an empty database until the end of the block; return its process id."""
    data, socket = folder / "data", folder / "mariadb.sock"
    here = ["--no-defaults", f"--datadir={data}", "--user=root"]
    making = ["mariadb-install-db", *here, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(making, check=True, capture_output=True)
    command = [str(SYSTEM / "mariadbd"), *here, f"--socket={socket}", "--skip-networking"]
    command += [f"--pid-file={folder}/mariadb.pid", f"--log-error={folder}/mariadb.log"]
    with process(command, NO_MORE) as pid:
        client = ["mariadb", "--no-defaults", "--user=root", f"--socket={socket}", "-e"]
        ask = [*client, "CREATE DATABASE IF NOT EXISTS wordpress"]
        eventually(lambda: not subprocess.run(ask, capture_output=True).returncode, 60, "MariaDB answers")
        yield pid


def install(folder: Path, items: Path, port: int) -> None:
    """Copy WordPress, give it a site, and write the items into it."""
    site = folder / "site"
    # Fonts and the like are links to other packages, which are not needed and may not be there.
    without_settings = shutil.ignore_patterns("wp-config.php")
    shutil.copytree(PACKAGE, site, ignore=without_settings, ignore_dangling_symlinks=True)
    (site / "wp-config.php").write_text(CONFIG.format(folder=folder, port=port))
    script = folder / "install.php"
    script.write_text(INSTALL.format(folder=folder, port=port, items=items))
    done = subprocess.run(["php", str(script)], check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"WordPress could not be installed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
