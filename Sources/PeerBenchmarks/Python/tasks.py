"""What the tasks of a pool do; in a module of its own, so that workers of every kind find it."""


def nothing(_):
    return None


def call():
    return None


def length(argument):
    return len(argument)


class Busy:
    """Computing that takes a certain time."""

    def __init__(self, steps):
        self.steps = steps

    def __call__(self, seed):
        state = seed | 1
        for _ in range(self.steps):
            state = (state * 5 + 1) & 65535
        return state
