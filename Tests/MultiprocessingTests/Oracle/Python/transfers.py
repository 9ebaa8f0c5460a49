"""Bytes through pipes; JoinableQueue and SimpleQueue."""

from multiprocessing import JoinableQueue, Pipe, Process, Queue, SimpleQueue

from oracle import outcome, run, say, scenario


@scenario
def bytes_keep_their_boundaries():
    left, right = Pipe()
    for message in [b"abc", b"", b"d" * 1000]:
        left.send_bytes(message)
    say(right.recv_bytes(), right.recv_bytes(), len(right.recv_bytes()))


@scenario
def parts_of_bytes():
    left, right = Pipe()
    left.send_bytes(b"abcdef", 2)
    left.send_bytes(b"abcdef", 1, 3)
    say(right.recv_bytes(), right.recv_bytes())


@scenario
def bytes_up_to_a_limit():
    left, right = Pipe()
    left.send_bytes(b"abc")
    say(right.recv_bytes(3), outcome(right.recv_bytes, -1))


@scenario
def bytes_beyond_a_limit():
    left, right = Pipe()
    left.send_bytes(b"abcdef")
    say(outcome(right.recv_bytes, 3))
    say(outcome(right.recv_bytes))


@scenario
def bytes_into_memory():
    left, right = Pipe()
    memory = bytearray(6)
    left.send_bytes(b"abc")
    say(right.recv_bytes_into(memory), memory)
    left.send_bytes(b"")
    say(right.recv_bytes_into(memory), memory)


@scenario
def bytes_into_memory_that_is_too_short():
    left, right = Pipe()
    memory = bytearray(2)
    left.send_bytes(b"abc")
    left.send_bytes(b"de")
    say(outcome(right.recv_bytes_into, memory), memory)
    say(right.recv_bytes())


def _send_bytes(connection, count):
    connection.send_bytes(bytes(count))


@scenario
def bytes_from_a_process():
    left, right = Pipe()
    process = Process(target=_send_bytes, args=(right, 2_000_000))
    process.start()
    right.close()
    say(len(left.recv_bytes()), outcome(left.recv_bytes))
    process.join()


@scenario
def task_done_too_often():
    queue = JoinableQueue()
    say(outcome(queue.task_done))
    queue.put(1)
    queue.get()
    say(outcome(queue.task_done), outcome(queue.task_done))


@scenario
def join_of_a_queue():
    queue = JoinableQueue()
    say(outcome(queue.join))
    queue.put(1)
    queue.put(2)
    queue.get()
    queue.task_done()
    queue.get()
    queue.task_done()
    say(outcome(queue.join))


def _work(queue, done):
    while (item := queue.get()) is not None:
        done.put(item)
        queue.task_done()
    queue.task_done()


@scenario
def join_waits_for_the_work():
    queue, done = JoinableQueue(), Queue()
    processes = [Process(target=_work, args=(queue, done)) for _ in range(2)]
    for process in processes:
        process.start()
    for number in range(20):
        queue.put(number)
    queue.join()
    say(sorted(done.get() for _ in range(20)))
    for _ in processes:
        queue.put(None)
    queue.join()
    for process in processes:
        process.join()
    say([process.exitcode for process in processes])


@scenario
def limits_of_a_joinable_queue():
    queue = JoinableQueue(1)
    queue.put(1)
    say(outcome(queue.put_nowait, 2), queue.full(), queue.qsize())
    queue.get()
    # What was refused is not waited for.
    queue.task_done()
    say(outcome(queue.join), outcome(queue.task_done))


@scenario
def simple_queue():
    queue = SimpleQueue()
    say(queue.empty())
    queue.put(1)
    queue.put("two")
    say(queue.empty())
    say(queue.get(), queue.get(), queue.empty())


def _put(queue, items):
    for item in items:
        queue.put(item)


@scenario
def simple_queue_between_processes():
    queue = SimpleQueue()
    process = Process(target=_put, args=(queue, range(10)))
    process.start()
    say([queue.get() for _ in range(10)], queue.empty())
    process.join()


if __name__ == "__main__":
    run()
