"""`python -m chatsim_streaming`: what Lambda runs in place of its own Python runtime.

AWS_LAMBDA_RUNTIME_API is `host:port`, _HANDLER is `module.function`, LAMBDA_TASK_ROOT the folder of the module.
"""

import gc
import os
import sys
import traceback
from importlib import import_module
from typing import cast

from chatsim_streaming.api import RuntimeApi
from chatsim_streaming.endings import Undelivered, error_type, init_report
from chatsim_streaming.runtime import Handler, Runtime


def main() -> int:
    """Serve the handler; the process's exit code."""
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load_handler(os.environ["_HANDLER"], os.environ["LAMBDA_TASK_ROOT"])
    except BaseException as error:
        traceback.print_exception(error)
        api.fail_init(error_type(error), init_report(error))
        return 1
    try:
        Runtime(api, handler).run()
    except Undelivered as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def load_handler(name: str, task_root: str) -> Handler:
    """Import `module.function` from the task root. Whatever the import raises, it raises.

    What is loaded stays while the environment lives: looking through it for garbage is a twentieth of a cold start.
    """
    if task_root not in sys.path:
        sys.path.insert(0, task_root)
    module, _, function = name.rpartition(".")
    gc.disable()
    try:
        handler = getattr(import_module(module.replace("/", ".")), function)
        gc.freeze()
    finally:
        gc.enable()
    return cast(Handler, handler)


sys.exit(main())
