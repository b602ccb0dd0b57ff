"""A thread for each target: its actions run in order, beside those of the other targets."""

import http.client
import queue
import threading
import time
import traceback


class ActionThread:
    """Does what is done to one, in order, in a thread that stays: what a thread started ends with it."""

    def __init__(self, seen):
        self._seen, self._todo = seen, queue.Queue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def do(self, target, what, action):
        self._todo.put((target, what, action))

    def _work(self):
        while step := self._todo.get():
            target, what, action = step
            began = time.monotonic()
            try:
                how = action()
            except (OSError, http.client.HTTPException, ValueError) as error:
                how = f"{type(error).__name__} {error}"
            except BaseException:
                how = "failed"
                self._seen.broken.append(traceback.format_exc())
            self._seen.events.append((began, target, what, how))
            self._todo.task_done()

    def is_done(self):
        return self._todo.unfinished_tasks == 0

    def end(self):
        self._todo.put(None)
