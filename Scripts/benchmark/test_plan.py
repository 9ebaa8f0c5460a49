import unittest
from dataclasses import dataclass

from plan import command, parameters, plan


@dataclass(frozen=True)
class Folders:
    swift: str = "SWIFT"
    c: str = "C"
    scripts: str = "SCRIPTS"
    python: str = "PYTHON"


def find(name, peer):
    benchmark = next(benchmark for benchmark in plan if benchmark.name == name)
    return benchmark, next(program for program in benchmark.programs if program.peer == peer)


class Commands(unittest.TestCase):
    def words(self, name, peer, cores=2):
        return command(*find(name, peer), False, "serialized", Folders(), cores)

    def test_c_and_mpi4py_ask_for_the_thread_level_that_swift_has(self):
        words, _ = self.words("latency", "C")
        self.assertEqual(words[-2:], ["--threads", "serialized"])
        _, variables = self.words("latency", "mpi4py")
        self.assertEqual(variables["MPI4PY_RC_THREAD_LEVEL"], "serialized")

    def test_swift_asks_for_what_it_asks_for_by_itself(self):
        words, _ = self.words("latency", "swift")
        self.assertNotIn("--threads", words)
        self.assertEqual(words[:4], ["mpirun", "-n", "2", "SWIFT"])

    def test_ranks_are_bound_if_each_has_a_core_to_itself(self):
        for peer in ["swift", "C", "mpi4py"]:
            self.assertEqual(self.words("latency", peer)[1]["OMPI_MCA_hwloc_base_binding_policy"], "core")
            self.assertNotIn("OMPI_MCA_hwloc_base_binding_policy", self.words("latency", peer, cores=1)[1])
            self.assertNotIn("OMPI_MCA_hwloc_base_binding_policy", self.words("oversubscription", peer)[1])

    def test_programs_of_one_benchmark_have_the_same_parameters_but_for_their_own(self):
        for quick in [False, True]:
            for benchmark in plan:
                own = [{**program.options, **program.quick_options} for program in benchmark.programs]
                told = [parameters(benchmark, program, quick) for program in benchmark.programs]
                common = set.union(*[set(each) for each in told]) - set.union(*[set(each) for each in own])
                for name in common:
                    self.assertEqual(len({each[name] for each in told}), 1, (benchmark.name, name))

    def test_an_option_of_a_program_goes_before_those_of_all(self):
        self.assertEqual(parameters(*find("process-start", "spawn"), False)["iterations"], 10)
        self.assertEqual(parameters(*find("process-start", "spawn"), True)["iterations"], 3)
