import Testing

@testable import MPI

@Suite("ValueFormat")
struct ValueFormatTests {
    private func read<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        try bytes.withUnsafeBytes { try ValueFormat.read(type, from: $0, "MPI_Recv", rank: 3) }
    }

    @Test("a value is read as it was written, and is told from a buffer by its beginning")
    func roundTrip() throws {
        var bytes: [UInt8] = []
        try ValueFormat.append(MessageSamples(), to: &bytes)
        #expect(try read(MessageSamples.self, bytes) == MessageSamples())
        #expect(bytes.withUnsafeBytes { ValueFormat.isValue($0.baseAddress, $0.count) })
        #expect(!ValueFormat.isValue(nil, 0))
        let other = [UInt8](repeating: 0, count: 64)
        #expect(!other.withUnsafeBytes { ValueFormat.isValue($0.baseAddress, $0.count) })
    }

    @Test("a message cut off anywhere, or with a byte changed, is an error or a value, never a trap")
    func damaged() throws {
        var bytes: [UInt8] = []
        try ValueFormat.append(["a": [1, 2, 3], "b": []], to: &bytes)
        for length in 0..<bytes.count {
            #expect(throws: (any Error).self) { try read([String: [Int]].self, Array(bytes[..<length])) }
        }
        for index in bytes.indices {
            for change in [1, 0x80, 0xFF] as [UInt8] {
                var damaged = bytes
                damaged[index] ^= change
                let result = Result { try read([String: [Int]].self, damaged) }
                if index < ValueFormat.headerLength { #expect(throws: MPIError.self) { try result.get() } }
            }
        }
    }

    @Test("another version of the format is an error that says so")
    func otherVersion() throws {
        var bytes: [UInt8] = []
        try ValueFormat.append(1, to: &bytes)
        bytes[0] += 1
        let error = #expect(throws: MPIError.self) { try read(Int.self, bytes) }
        #expect(error?.errorClass == .mismatch && error?.text.contains("different versions") == true)
    }

    @Test("a failure names its rank and what happened there")
    func failure() {
        var bytes: [UInt8] = []
        ValueFormat.append(failure: Unencodable(), ofRank: 5, to: &bytes)
        let error = #expect(throws: MPIError.self) { try read(Int.self, bytes) }
        #expect(error?.errorClass == .remoteFailure && error?.text == "rank 5 failed: Unencodable()")
    }
}
