import os
import unittest

import jobs


def living(group):
    """The processes of a group that have not ended."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/stat") as file:
                state, _, owner = file.read().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(owner) == group and state not in "ZX":
            found.append(int(process))
    return found


class Running(unittest.TestCase):
    def run_shell(self, script, limit=30):
        return jobs.run(["sh", "-c", script], dict(os.environ), limit)

    def test_what_a_program_prints_is_there(self):
        outcome = self.run_shell("echo hello")
        self.assertEqual((outcome.output, outcome.failure), ("hello\n", None))

    def test_a_program_that_fails_is_no_error_but_says_so(self):
        outcome = self.run_shell("echo before; echo 'no such thing' >&2; exit 3")
        self.assertEqual(outcome.output, "before\n")
        self.assertEqual(outcome.failure, "ended with status 3: no such thing")

    def test_a_program_that_hangs_is_ended_with_all_that_it_started(self):
        outcome = self.run_shell("trap '' TERM; echo $$; sleep 1000 & wait", limit=1)
        self.assertEqual(outcome.failure, "did not end within 1 s")
        self.assertEqual(living(int(outcome.output)), [])

    def test_a_program_that_is_not_there_says_so(self):
        self.assertIn("cannot be started", jobs.run(["/nonesuch"], {}, 1).failure)
