"""The post: cases into a node's queue, and answers out of the keys in which they are waited for."""

from __future__ import annotations

import time

from bench.broker.keys import BrokerLostError, Keys
from bench.nodes.messages import (
    CANCELLED,
    EXPIRES_SECONDS,
    QUEUE,
    TASK,
    WANTED,
    Answer,
    Case,
    Work,
    transport_options,
)
from bench.nodes.seal import NodeKey, SealError

_CANCELLED_SECONDS = 3_600
"""How long the broker keeps that a case is not wanted any more, for a node that is not reached now."""


class Post:
    """A Post serves one run."""

    def __init__(self, url: str, keys: Keys, key: NodeKey, run: str) -> None:
        self._url = url
        self._keys = keys
        self._key = key
        self._run = run

    def send(self, number: int, attempt: int, node: str, work: Work) -> Case:
        """Put a case into the queue of ``node`` and wait for its answer. Raises BrokerLostError."""
        case = Case(
            run=self._run,
            number=number,
            attempt=attempt,
            node=node,
            expires=time.time() + EXPIRES_SECONDS,
            work=work,
        )
        self._keys.put(case.answer, WANTED)
        self._queue(node, self._key.sealed("case", case), case.answer)
        return case

    def _queue(self, node: str, sealed: str, name: str) -> None:
        # Here, because the packages belong to an extra.
        from celery import Celery
        from kombu import Queue
        from kombu.exceptions import OperationalError
        from redis.exceptions import RedisError

        try:
            with Celery("bench", broker=self._url, set_as_current=False, fixups=[]) as app:
                app.conf.update(
                    broker_transport_options=transport_options(node),
                    task_ignore_result=True,
                    task_publish_retry=False,
                    task_queues=[Queue(QUEUE, exchange="")],
                    task_serializer="json",
                )
                # Without the text of the arguments, which Celery would repeat in the message's header.
                app.send_task(TASK, kwargs={"sealed": sealed}, queue=QUEUE, task_id=name, argsrepr="", kwargsrepr="")
        except (RedisError, OperationalError, OSError) as error:
            raise BrokerLostError(f"the broker is not reached ({type(error).__name__})") from None

    def keep_waiting(self, case: Case) -> None:
        """See to it that the answer can be delivered, also after the broker has forgotten. Raises BrokerLostError."""
        self._keys.put(case.answer, WANTED, if_new=True)

    def answer(self, case: Case) -> Answer | None:
        """Return the answer to ``case``; None where there is none yet.

        Raises BrokerLostError, and SealError for one that is not what its node sealed for this attempt.
        """
        (found,) = self._keys.values([case.answer])
        if found in {None, WANTED, CANCELLED}:
            return None
        answer: Answer = self._key.opened("answer", found, Answer)
        if (answer.run, answer.number, answer.attempt, answer.node) != (case.run, case.number, case.attempt, case.node):
            raise SealError("it is the answer to something else")
        return answer

    def close(self, case: Case) -> None:
        """Wait for an answer no longer, once it is there. Raises BrokerLostError."""
        self._keys.drop(case.answer)

    def again(self, case: Case) -> None:
        """Wait for the answer once more: what lay there was none. Raises BrokerLostError."""
        self._keys.put(case.answer, WANTED)

    def cancel(self, case: Case) -> None:
        """Have the node stop measuring ``case``, as soon as it can be reached. Raises BrokerLostError."""
        self._keys.put(case.answer, CANCELLED, seconds=_CANCELLED_SECONDS)
