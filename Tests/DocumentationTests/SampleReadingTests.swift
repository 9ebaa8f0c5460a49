import Testing

@Suite("Reading the samples of an article")
struct SampleReadingTests {
    private func samples(_ markdown: String, article: String = "README.md") -> [Sample] {
        Sample.samples(in: markdown, article: article)
    }

    @Test("an output belongs to the last program of each language before it, and says on how many ranks")
    func output() {
        let found = samples(
            """
            # Title

            ```swift
            import MPI
            ```
            ```c
            int main(void);
            ```
            ```sh
            swift build
            ```
            ```
            $ mpirun -n 3 .build/debug/hello | sort
            b
            a
            ```

            ## Other

            ```python
            pass
            ```

            ## Last

            ```
            nobody's
            ```
            """
        )
        #expect(found.map(\.language) == [.swift, .c, .python])
        #expect(found.map(\.line) == [4, 7, 21])
        #expect(found.map(\.output.ranks) == [3, 3, nil])
        #expect(found.map(\.output.lines) == [["b", "a"], ["b", "a"], []])
        #expect(found[0].output.isSorted && found[0].output.matches(["a", "b"]))
        #expect(!found[0].output.matches(["a"]))
    }

    @Test("without sort the order counts")
    func order() {
        let found = samples("```swift\nimport MPI\n```\n```\nb\na\n```")
        #expect(found[0].output.matches(["b", "a"]) && !found[0].output.matches(["a", "b"]))
        #expect(found[0].output.ranks == nil)
    }

    @Test("what does not begin with its imports gets the surroundings of its module")
    func surroundings() {
        let part = "```swift\nprint(1)\n```"
        let ranks = samples(part, article: "Sources/MPI/MPI.docc/A.md")[0].program
        #expect(
            ranks == """
                import MPI
                let world = Communicator.world
                func sample() throws {
                #sourceLocation(file: "Sources/MPI/MPI.docc/A.md", line: 2)
                print(1)
                #sourceLocation()
                }
                try sample()
                """
        )
        let processes = samples(part)[0].program
        #expect(processes.hasPrefix("import Multiprocessing\ntry withProcesses {\n#sourceLocation("))
        #expect(processes.contains("file: \"README.md\", line: 2)\nprint(1)\n"))
        #expect(samples("```swift\nawait a()\n```")[0].program.contains("\ntry await withProcesses {"))
        #expect(samples("```swift\nimport MPI\n```")[0].program.hasPrefix("#sourceLocation("))
    }
}
