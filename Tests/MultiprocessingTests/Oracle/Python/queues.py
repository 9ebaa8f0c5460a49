"""Queue: order, limits, time limits, ends."""

from multiprocessing import Pipe, Process, Queue

from oracle import Oddity, outcome, run, say, scenario, wait_for_the_end


def _put(queue, items):
    for item in items:
        queue.put(item)


def _await_item(queue):
    # Items reach the queue by way of a thread.
    while queue.empty():
        pass


@scenario
def first_in_first_out():
    queue = Queue()
    for number in range(5):
        queue.put(number)
    say([queue.get() for _ in range(5)])


@scenario
def from_a_process():
    queue = Queue()
    process = Process(target=_put, args=(queue, range(100)))
    process.start()
    say([queue.get() for _ in range(100)])
    process.join()
    say(process.exitcode)


@scenario
def nothing_there():
    queue = Queue()
    say(outcome(queue.get_nowait))
    say(outcome(queue.get, timeout=0.01))
    say(outcome(queue.get, timeout=0))
    say(outcome(queue.get, timeout=-1))
    say(queue.empty(), queue.qsize(), queue.full())


@scenario
def no_room():
    queue = Queue(2)
    queue.put(1)
    queue.put_nowait(2)
    say(outcome(queue.put_nowait, 3))
    say(outcome(queue.put, 3, timeout=0.01))
    say(outcome(queue.put, 3, timeout=-1))
    say(queue.full(), queue.qsize())
    say(queue.get())
    say(queue.full(), queue.qsize())
    say(outcome(queue.put_nowait, 4), queue.get(), queue.get())


@scenario
def without_a_limit():
    for capacity in [0, -5]:
        queue = Queue(capacity)
        for number in range(1000):
            queue.put_nowait(number)
        say(queue.qsize(), queue.full(), sum(queue.get() for _ in range(1000)))


@scenario
def put_waits_for_room():
    queue, done = Queue(1), Queue()

    process = Process(target=_put_and_tell, args=(queue, done))
    process.start()
    say([queue.get() for _ in range(5)], done.get())
    process.join()


def _put_and_tell(queue, done):
    _put(queue, range(5))
    done.put("all put")


@scenario
def get_waits_for_an_item():
    queue, ready = Queue(), Queue()
    process = Process(target=_get_and_tell, args=(queue, ready))
    process.start()
    say(ready.get())
    queue.put(7)
    say(ready.get())
    process.join()


def _get_and_tell(queue, ready):
    ready.put("ready")
    ready.put(queue.get() * 2)


@scenario
def states():
    queue = Queue(1)
    say(queue.empty(), queue.full(), queue.qsize())
    queue.put("x")
    _await_item(queue)
    say(queue.empty(), queue.full(), queue.qsize())
    queue.get()
    say(queue.empty(), queue.full(), queue.qsize())


@scenario
def nothing_as_an_item():
    queue = Queue()
    queue.put(None)
    queue.put(1)
    say(queue.get(), queue.get(timeout=60))


@scenario
def items_of_several_kinds():
    numbers, texts = Queue(), Queue()
    numbers.put([1, 2, 3])
    numbers.put([])
    texts.put("Grüße 🚀")
    texts.put("")
    say(numbers.get(), numbers.get(), texts.get(), texts.get() == "")


def _square(inputs, outputs):
    while (number := inputs.get()) is not None:
        outputs.put(number * number)


@scenario
def several_consumers():
    inputs, outputs = Queue(), Queue()
    processes = [Process(target=_square, args=(inputs, outputs)) for _ in range(3)]
    for process in processes:
        process.start()
    for number in range(30):
        inputs.put(number)
    for _ in processes:
        inputs.put(None)
    say(sorted(outputs.get() for _ in range(30)))
    for process in processes:
        process.join()
    say([process.exitcode for process in processes])


@scenario
def order_of_each_producer():
    queue = Queue()
    processes = [Process(target=_put, args=(queue, [[producer, number] for number in range(20)])) for producer in range(3)]
    for process in processes:
        process.start()
    items = [queue.get() for _ in range(60)]
    for process in processes:
        process.join()
    for producer in range(3):
        say([number for source, number in items if source == producer])


@scenario
def large_items():
    queue = Queue()
    process = Process(target=_put, args=(queue, [[7] * 300_000, [8] * 300_000]))
    process.start()
    say(sum(queue.get()), sum(queue.get()))
    process.join()
    say(process.exitcode)


@scenario
def put_after_close():
    queue = Queue()
    queue.close()
    say(outcome(queue.put, 1))
    say(outcome(queue.put_nowait, 1))
    say(outcome(queue.close))


@scenario
def get_after_close():
    queue = Queue()
    queue.close()
    say(outcome(queue.get), outcome(queue.get_nowait), outcome(queue.get, timeout=0.01))


@scenario
def get_of_what_is_left_after_close():
    queue = Queue()
    queue.put(1)
    _await_item(queue)
    queue.close()
    say(outcome(queue.get))


def _put_after_close(queue, gate, answers):
    gate.get()
    answers.put(outcome(queue.put, 1, timeout=0))


@scenario
def close_elsewhere():
    queue, gate, answers = Queue(1), Queue(), Queue()
    process = Process(target=_put_after_close, args=(queue, gate, answers))
    process.start()
    queue.close()
    gate.put(1)
    say(answers.get())
    process.join()


@scenario
def killed_after_putting():
    queue = Queue()
    process = Process(target=_put_and_wait, args=(queue,))
    process.start()
    _await_item(queue)
    process.kill()
    process.join()
    say(queue.get(), process.exitcode)


def _put_and_wait(queue):
    queue.put("kept")
    wait_for_the_end()


def _put_much(queue, told):
    told.put("begun")
    for _ in range(4):
        queue.put([1] * 300_000)


@scenario
def join_with_items_unread():
    queue, told = Queue(), Queue()
    process = Process(target=_put_much, args=(queue, told))
    process.start()
    say(told.get())
    process.join(0.5)
    say(process.exitcode)
    say(sum(sum(queue.get()) for _ in range(4)))
    process.join()
    say(process.exitcode)


class _Unpicklable:
    def __reduce__(self):
        raise Oddity(5)


@scenario
def item_that_cannot_travel():
    queue = Queue()
    say(outcome(queue.put, _Unpicklable()))
    queue.put("next")
    say(queue.get())


@scenario
def queue_through_a_pipe():
    queue = Queue()
    left, right = Pipe()

    def send():
        try:
            left.send(queue)
        except RuntimeError:
            raise ValueError

    say(outcome(send))



@scenario
def process_ends_after_put():
    queue = Queue()
    process = Process(target=_put, args=(queue, ["last words"]))
    process.start()
    process.join()
    say(process.exitcode, queue.get())


@scenario
def limit_counts_across_processes():
    queue, answers = Queue(3), Queue()
    queue.put(0)
    process = Process(target=_fill, args=(queue, answers))
    process.start()
    say(answers.get())
    process.join()
    say(queue.qsize(), queue.full())
    say([queue.get() for _ in range(3)])


def _fill(queue, answers):
    answers.put([outcome(queue.put_nowait, number) for number in range(1, 5)])


if __name__ == "__main__":
    run()
