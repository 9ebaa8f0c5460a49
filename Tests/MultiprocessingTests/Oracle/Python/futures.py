"""ProcessPoolExecutor and Future of concurrent.futures."""

import concurrent.futures
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Queue

from oracle import Oddity, error_word, run, say, scenario

gate = told = None


def _executor(workers):
    global gate, told
    gate, told = Queue(), Queue()
    return ProcessPoolExecutor(workers)


def outcome(function, *arguments, **named):
    try:
        result = function(*arguments, **named)
    except (concurrent.futures.CancelledError, Exception) as error:
        return _word(error)
    return "done" if result is None else result


def _word(error):
    if isinstance(error, concurrent.futures.CancelledError):
        return "cancelled"
    if isinstance(error, concurrent.futures.process.BrokenProcessPool):
        return "broken pool"
    if isinstance(error, RuntimeError):
        # Python's word for a call after shutdown.
        return "refused"
    return error_word(error)


def _square(number):
    return number * number


def _fail():
    raise Oddity(9)


def _tell_and_wait():
    told.put("begun")
    return gate.get()


@scenario
def results():
    with _executor(2) as executor:
        futures = [executor.submit(_square, number) for number in range(5)]
        say([future.result() for future in futures])
        say([future.done() for future in futures], futures[0].cancelled(), futures[0].running(), futures[0].cancel())
        say(futures[0].exception())


@scenario
def error_of_a_future():
    with _executor(1) as executor:
        future = executor.submit(_fail)
        say(_word(future.exception()), outcome(future.result), future.done(), future.cancelled())
        say(executor.submit(_square, 3).result())


@scenario
def future_whose_time_is_up():
    with _executor(1) as executor:
        future = executor.submit(_tell_and_wait)
        say(told.get(), outcome(future.result, 0.01), outcome(future.exception, 0), future.done(), future.running())
        gate.put("open")
        say(future.result(60), future.running())


@scenario
def future_that_runs_cannot_be_cancelled():
    with _executor(1) as executor:
        future = executor.submit(_tell_and_wait)
        say(told.get(), future.cancel(), future.cancelled())
        gate.put("open")
        say(future.result())


@scenario
def future_is_cancelled():
    with _executor(1) as executor:
        running = [executor.submit(_tell_and_wait) for _ in range(4)]
        told.get()
        future = executor.submit(_square, 1)
        say(future.cancel(), future.cancelled(), future.done(), future.cancel())
        say(outcome(future.result), outcome(future.exception))
        for _ in running:
            gate.put("open")
        say([future.result() for future in running])


@scenario
def done_callbacks():
    entries = Queue()
    with _executor(1) as executor:
        future = executor.submit(_square, 4)
        future.add_done_callback(lambda future: entries.put(future.result()))
        say(entries.get(), future.result())
        # What is done calls back at once.
        future.add_done_callback(lambda future: entries.put("again"))
        say(entries.get())


@scenario
def map_of_an_executor():
    with _executor(2) as executor:
        say(list(executor.map(_square, range(6))), list(executor.map(_square, range(6), chunksize=4)))
        say(outcome(executor.map, _square, [1], chunksize=0))


@scenario
def map_whose_time_is_up():
    with _executor(1) as executor:
        results = executor.map(_wait_for_the_gate, range(1), timeout=0.01)
        say(outcome(next, results))
        gate.put("open")


def _wait_for_the_gate(number):
    gate.get()
    return number


@scenario
def submit_after_shutdown():
    executor = _executor(1)
    say(outcome(executor.shutdown), outcome(executor.shutdown))
    say(outcome(executor.submit, _square, 1), outcome(executor.map, _square, [1]))


@scenario
def shutdown_finishes_the_work():
    executor = _executor(1)
    futures = [executor.submit(_square, number) for number in range(3)]
    executor.shutdown()
    say([future.done() for future in futures], [future.result() for future in futures])


@scenario
def shutdown_without_waiting():
    executor = _executor(1)
    future = executor.submit(_tell_and_wait)
    say(told.get())
    executor.shutdown(wait=False)
    say(future.done())
    gate.put("open")
    say(future.result())


@scenario
def shutdown_cancels():
    executor = _executor(1)
    running = [executor.submit(_tell_and_wait) for _ in range(4)]
    waiting = executor.submit(_square, 1)
    say(told.get())
    executor.shutdown(wait=False, cancel_futures=True)
    say(outcome(waiting.result))
    for _ in running:
        gate.put("open")
    say(running[0].result())


@scenario
def wait_for_futures():
    with _executor(1) as executor:
        first, second = executor.submit(_square, 2), executor.submit(_tell_and_wait)
        done, others = concurrent.futures.wait([first, second], return_when=concurrent.futures.FIRST_COMPLETED)
        say(first in done, second in others)
        done, others = concurrent.futures.wait([first, second], timeout=0.01)
        say(len(done), len(others))
        gate.put("open")
        done, others = concurrent.futures.wait([first, second])
        say(len(done), len(others))


@scenario
def wait_for_the_first_error():
    with _executor(1) as executor:
        futures = [executor.submit(_square, 2), executor.submit(_fail), executor.submit(_tell_and_wait)]
        done, others = concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_EXCEPTION)
        say(futures[1] in done, futures[2] in others)
        gate.put("open")


@scenario
def as_completed():
    with _executor(1) as executor:
        futures = [executor.submit(_square, number) for number in range(4)]
        say(sorted(future.result() for future in concurrent.futures.as_completed(futures)))
        waiting = executor.submit(_tell_and_wait)
        say(outcome(next, concurrent.futures.as_completed([waiting], timeout=0.01)))
        gate.put("open")


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


@scenario
def worker_of_an_executor_is_killed():
    with _executor(1) as executor:
        say(outcome(executor.submit(_die).result))
        say(outcome(lambda: executor.submit(_square, 4).result()))


if __name__ == "__main__":
    run()
