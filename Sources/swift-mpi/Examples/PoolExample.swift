import Multiprocessing

private func square(_ data: Int) -> Int { data * data }

/// The square of a hundred numbers, by a pool of four processes, in four ways.
enum PoolExample: Example {
    static let name = "pool"
    static let summary = "a pool of four processes squares 0…99, through map, apply, applyAsync and mapAsync"

    static func run(_ pace: Pace) throws -> [Participant]? {
        try withProcesses {
            let inputs = Array(0..<100)
            let pool = try Pool(processes: 4)

            print("Pool    :", try pool.map(inputs, square))

            print("Pool    :", try inputs.map { input in try pool.apply { square(input) } })

            let pending = try inputs.map { input in try pool.applyAsync { square(input) } }
            print("Pool    :", try pending.map { try $0.get() })

            let result = try pool.mapAsync(inputs, callback: { print("Pool    :", $0) }, square)
            result.wait()

            let workers = Set(try pool.map(inputs, chunkSize: 1) { _ in Participant(Process.current) })
            try pool.close()
            try pool.join()
            return workers.sorted { $0.name < $1.name }
        }
    }
}
