"""How gunicorn serves the product: `gunicorn -c python:entrypoints.web_server 'app:create_app()'`.

Read from the project's folder. What is given on the command line, such as `--bind`, goes before what stands here.
"""

import gc
from typing import Any

worker_class = "gthread"
workers = 2
threads = 8
graceful_timeout = 10
loglevel = "warning"
control_socket_disable = True


def post_worker_init(_worker: Any) -> None:
    """Once the application is made, and before the first request."""
    keep_what_lasts()


def keep_what_lasts() -> None:
    """Tell Python's collector not to look through what stays as long as the process does.

    The product and its libraries are some 300,000 objects. To look through them takes 0.17 s, in which no thread
    answers anybody, and a page over thousands of tenants set that off.
    """
    gc.collect()
    gc.freeze()
