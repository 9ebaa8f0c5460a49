import Multiprocessing

/// The two ends of what is measured on a pipe, to be used by the main program or by a process.
enum PipeTraffic {
    /// Sends a number and waits for it to come back, and returns the time of a round for each batch.
    ///
    /// The first batch is left out.
    static func ask(_ connection: Connection<Int>, _ count: Int, _ repetitions: Int) throws -> [Double] {
        var samples: [Double] = []
        for batch in 0...repetitions {
            let time = try Stopwatch.time {
                for number in 0..<count {
                    try connection.send(number)
                    _ = try connection.receive()
                }
            }
            if batch > 0 { samples.append(time / Double(count)) }
        }
        return samples
    }

    /// Sends back what comes.
    static func answer(_ connection: Connection<Int>, _ count: Int, _ repetitions: Int) throws {
        for _ in 0..<(repetitions + 1) * count { try connection.send(try connection.receive()) }
    }

    /// Sends blocks of bytes, and returns the bytes per second of each batch: until the other end says that all are there.
    ///
    /// The first batch is left out.
    static func stream(_ connection: Connection<Int>, _ count: Int, _ size: Int, _ repetitions: Int) throws
        -> [Double]
    {
        let block = [UInt8](repeating: 1, count: size)
        var samples: [Double] = []
        for batch in 0...repetitions {
            let time = try Stopwatch.time {
                for _ in 0..<count { try connection.sendBytes(block) }
                _ = try connection.receiveBytes()
            }
            if batch > 0 { samples.append(Double(count * size) / time) }
        }
        return samples
    }

    /// Takes what `stream` sends.
    static func drain(_ connection: Connection<Int>, _ count: Int, _ repetitions: Int) throws {
        for _ in 0...repetitions {
            for _ in 0..<count { _ = try connection.receiveBytes() }
            try connection.sendBytes([1])
        }
    }
}
