"""Pipe and Connection: directions, order, ends."""

from multiprocessing import Pipe, Process

from oracle import outcome, run, say, scenario, wait_for_the_end


def _answer(connection):
    connection.send(connection.recv() + "!")


@scenario
def both_directions():
    left, right = Pipe()
    process = Process(target=_answer, args=(right,))
    process.start()
    left.send("hello")
    say(left.recv())
    process.join()


@scenario
def within_one_process():
    left, right = Pipe()
    left.send(1)
    right.send(2)
    left.send(3)
    say(right.recv(), right.recv(), left.recv())


@scenario
def one_direction():
    receiver, sender = Pipe(duplex=False)
    say(receiver.readable, receiver.writable, sender.readable, sender.writable)
    sender.send(5)
    say(receiver.recv())
    say(outcome(receiver.send, 1), outcome(sender.recv), outcome(sender.poll))


@scenario
def both_ends_of_a_duplex_pipe():
    left, right = Pipe()
    say(left.readable, left.writable, right.readable, right.writable)


@scenario
def receive_after_the_far_end_was_closed():
    left, right = Pipe()
    right.send(1)
    right.send(2)
    right.close()
    say(left.recv(), left.recv(), outcome(left.recv), outcome(left.recv))


@scenario
def send_after_the_far_end_was_closed():
    left, right = Pipe()
    right.close()
    say(outcome(left.send, 1))
    receiver, sender = Pipe(duplex=False)
    receiver.close()
    say(outcome(sender.send, 1))


@scenario
def use_after_close():
    left, right = Pipe()
    say(left.closed)
    left.close()
    say(left.closed, right.closed)
    say(outcome(left.send, 1), outcome(left.recv), outcome(left.poll))
    say(outcome(left.close))


@scenario
def poll():
    left, right = Pipe()
    say(left.poll(), left.poll(0), left.poll(0.01), left.poll(-1))
    right.send("x")
    say(left.poll(60), left.poll(), right.poll())
    say(left.recv(), left.poll())


def _send_when_told(connection):
    connection.recv()
    connection.send("told")
    wait_for_the_end()


@scenario
def poll_waits_for_a_message():
    left, right = Pipe()
    process = Process(target=_send_when_told, args=(right,))
    process.start()
    left.send(1)
    say(left.poll(None), left.recv())
    process.kill()
    process.join()


@scenario
def poll_at_the_end_of_the_stream():
    left, right = Pipe()
    right.send(1)
    right.close()
    say(left.poll(60), left.recv(), left.poll(60), outcome(left.recv))


def _nothing(connection):
    pass


@scenario
def far_end_held_by_a_process_that_ends():
    left, right = Pipe()
    process = Process(target=_nothing, args=(right,))
    process.start()
    right.close()
    say(outcome(left.recv))
    process.join()
    say(process.exitcode)


def _send_and_wait(connection):
    connection.send("last words")
    wait_for_the_end()


@scenario
def far_end_held_by_a_process_that_is_killed():
    left, right = Pipe()
    process = Process(target=_send_and_wait, args=(right,))
    process.start()
    right.close()
    say(left.poll(None))
    process.kill()
    process.join()
    say(left.recv(), outcome(left.recv))


def _send_numbers(connection, count):
    for number in range(count):
        connection.send(number)
    connection.close()


@scenario
def order_until_the_end():
    receiver, sender = Pipe(duplex=False)
    process = Process(target=_send_numbers, args=(sender, 50))
    process.start()
    sender.close()
    numbers = []
    while isinstance(number := outcome(receiver.recv), int):
        numbers.append(number)
    say(numbers, number)
    process.join()


def _echo(connection, far_end):
    # A forked process has a copy of everything.
    far_end.close()
    while (message := outcome(connection.recv)) != "end of stream":
        connection.send(message)


@scenario
def large_messages():
    left, right = Pipe()
    process = Process(target=_echo, args=(right, left))
    process.start()
    right.close()
    for size in [0, 1, 1000, 3_000_000]:
        left.send("x" * size)
        say(len(left.recv()))
    left.close()
    process.join()
    say(process.exitcode)


def _use_the_end_that_arrives(connection):
    connection.recv().send("by way of another")


@scenario
def an_end_through_a_pipe():
    left, right = Pipe()
    process = Process(target=_use_the_end_that_arrives, args=(right,))
    process.start()
    inner_left, inner_right = Pipe()
    left.send(inner_right)
    say(inner_left.recv())
    process.join()


@scenario
def close_in_one_of_two_processes():
    left, right = Pipe()
    process = Process(target=_send_when_told, args=(right,))
    process.start()
    # The process still has this end.
    right.close()
    left.send(1)
    say(left.recv())
    process.kill()
    process.join()
    say(outcome(left.recv))


@scenario
def nothing_and_texts():
    left, right = Pipe()
    for message in [None, "", "Grüße 🚀"]:
        left.send(message)
    say(right.recv(), right.recv() == "", right.recv())


if __name__ == "__main__":
    run()
