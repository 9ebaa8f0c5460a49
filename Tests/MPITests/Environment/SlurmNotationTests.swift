import Testing

@testable import MPI

@Suite("What Slurm writes in the environment")
struct SlurmNotationTests {
    @Test(
        "the number of ranks on a node is found in a list with repetitions",
        arguments: [
            ("4", 0, 4), ("4", 1, nil), ("2(x3),1", 0, 2), ("2(x3),1", 2, 2), ("2(x3),1", 3, 1),
            ("2(x3),1", 4, nil),
            ("1,2,3(x2)", 3, 3), ("16(x1000000)", 999_999, 16), ("4", -1, nil),
        ] as [(String, Int, Int?)]
    )
    func counts(list: String, node: Int, count: Int?) {
        #expect(SlurmNotation.count(in: list, ofNode: node) == count)
    }

    @Test(
        "a list in another form says nothing",
        arguments: [
            "", "x", "2(x", "2(3)", "2(x0)", "2(x-1)", "2(x3)(x2)", "-1", "99999999999999999999", "(x2)",
        ]
    )
    func nonsense(list: String) {
        #expect(SlurmNotation.count(in: list, ofNode: 0) == nil)
    }

    @Test(
        "cores are counted once, however many masks have them",
        arguments: [
            ("0x1,0x2", 2), ("0x3,0x3,0x3", 2), ("0x1", 1), ("0xFF00000000000000000000000000,0x1", 9),
            ("0x0", nil),
            ("", nil), ("1,2", nil), ("0x1,0xg", nil),
        ] as [(String, Int?)]
    )
    func cores(list: String, count: Int?) {
        #expect(SlurmNotation.coreCount(ofMasks: list) == count)
    }
}
