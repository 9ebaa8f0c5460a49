import MPI
import RankChecks
import Testing

private struct Sample: BufferElement, Equatable {
    var x: Double
    var kind: Int32
    var y: Double
}

@Suite("DerivedDatatype")
struct DerivedDatatypeTests {
    @Test("every pattern picks the elements that it says, packed and unpacked, and sent to a row")
    func patterns() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let number = try DerivedDatatype.element(Int32.self)
            let array = (0..<24).map { Int32($0) }
            let patterns: [(DerivedDatatype, [Int32], DerivedDatatype.Constructor)] = [
                (try .contiguous(count: 3, of: number), [2, 3, 4], .contiguous),
                (
                    try .vector(count: 3, blockLength: 2, stride: 6, of: number), [2, 3, 8, 9, 14, 15],
                    .vector
                ),
                (try .vector(count: 2, blockLength: 1, byteStride: 20, of: number), [2, 7], .byteVector),
                (
                    try .indexed(blockLengths: [1, 2], displacements: [3, 0], of: number), [5, 2, 3], .indexed
                ),
                (
                    try .indexed(blockLengths: [1, 1], byteDisplacements: [4, 12], of: number), [3, 5],
                    .byteIndexed
                ),
                (
                    try .indexedBlocks(blockLength: 2, displacements: [0, 4], of: number), [2, 3, 6, 7],
                    .indexedBlock
                ),
                (
                    try .indexedBlocks(blockLength: 1, byteDisplacements: [8, 0], of: number), [4, 2],
                    .byteIndexedBlock
                ),
                (try .structure([.init(number, count: 2, byteOffset: 4)]), [3, 4], .structure),
                (
                    try .subarray(shape: [4, 5], part: [2, 2], start: [1, 3], of: number), [10, 11, 15, 16],
                    .subarray
                ),
                (
                    try .distributedArray(
                        rank: 1,
                        size: 2,
                        shape: [4, 3],
                        distributions: [.blocks(nil), .whole],
                        grid: [2, 1],
                        of: number
                    ), [8, 9, 10, 11, 12, 13], .distributedArray
                ),
                (try number.resized(extent: 8), [2], .resized),
                (try number.duplicate(), [2], .duplicate),
            ]
            for (pattern, wanted, constructor) in patterns {
                let contents = try pattern.contents
                #expect(contents.constructor == constructor)
                let size = try pattern.byteCount
                #expect(size == 4 * wanted.count)
                for isExternal in [false, true] {
                    let bytes = try pattern.pack(array.span, offset: 2, isExternal: isExternal)
                    var copy = [Int32](repeating: -1, count: 24)
                    try pattern.unpack(bytes, into: &copy, offset: 2, isExternal: isExternal)
                    #expect(copy.filter { $0 >= 0 } == wanted.sorted())
                    #expect(copy.indices.allSatisfy { copy[$0] == -1 || copy[$0] == array[$0] })
                    if isExternal { #expect(bytes[3] == UInt8(wanted[0]) && bytes[0] == 0) }
                }
                if world.rank == 0 {
                    try world.send(array.span, as: pattern, offset: 2, to: 1)
                    try world.immediateSend(keeping: array, as: pattern, offset: 2, to: 1).wait()
                    try world.send(wanted.span, to: 1)
                } else {
                    #expect(try world.receiveElements(of: Int32.self, from: 0) == wanted)
                    for _ in 0..<2 {
                        var copy = [Int32](repeating: -1, count: 24)
                        try world.receive(into: &copy, as: pattern, offset: 2, from: 0)
                        #expect(copy.filter { $0 >= 0 } == wanted.sorted())
                    }
                }
            }
            let named = try number.contents.constructor
            #expect(named == .named)
            let several = try DerivedDatatype.vector(count: 2, blockLength: 1, stride: 2, of: number).resized(
                extent: 16
            )
            let packed = try several.pack(array.span, count: 3)
            var row = [Int32](repeating: 0, count: 6)
            try DerivedDatatype.contiguous(count: 6, of: number).unpack(packed, into: &row)
            #expect(row == [0, 2, 4, 6, 8, 10])
        }
    }

    @Test("fields of structures travel without what lies between them")
    func fields() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let places = try DerivedDatatype.structure(
                [.init(\Sample.x), .init(\Sample.y)],
                extent: MemoryLayout<Sample>.stride
            )
            let extent = try places.extent.extent
            #expect(extent == MemoryLayout<Sample>.stride)
            let samples = (0..<5).map { Sample(x: Double($0), kind: Int32($0), y: -Double($0)) }
            if world.rank == 0 {
                try world.send(samples.span, as: places, count: 5, to: 1)
            } else {
                var received = [Sample](repeating: Sample(x: 9, kind: 9, y: 9), count: 5)
                try world.receive(into: &received, as: places, count: 5, from: 0)
                #expect(received == samples.map { Sample(x: $0.x, kind: 9, y: $0.y) })
            }
            #expect(throws: MPIError.self) { try DerivedDatatype.structure([.init(\Sample.y)], extent: 8) }
            try places.rename(to: "places")
            let name = try places.name
            #expect(name == "places")
        }
    }

    @Test("a pattern that reaches beyond the array is refused, and so is a message that is longer than it")
    func bounds() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            let number = try DerivedDatatype.element(Double.self)
            let column = try DerivedDatatype.vector(count: 3, blockLength: 1, stride: 4, of: number)
            var array = [Double](repeating: 0, count: 9)
            func refuses(_ errorClass: ErrorClass, _ body: () throws -> Void) {
                let error = #expect(throws: MPIError.self) { try body() }
                #expect(error?.errorClass == errorClass, "\(error as Any)")
            }
            refuses(.argument) { _ = try column.pack(array.span, offset: 1) }
            refuses(.argument) { try world.send(array.span, as: column, offset: 1, to: 0) }
            refuses(.argument) { try world.send(array.span, as: column, offset: -1, to: 0) }
            refuses(.argument) { try world.receive(into: &array, as: column, count: 2) }
            refuses(.argument) { _ = try column.pack(array.span, count: .max) }
            refuses(.truncation) { try column.unpack([1, 2], into: &array) }
            refuses(.argument) {
                _ = try DerivedDatatype.subarray(shape: [3], part: [2], start: [2], of: number)
            }
            refuses(.count) {
                _ = try DerivedDatatype.indexed(blockLengths: [1], displacements: [], of: number)
            }
            let longer = try world.immediateSend([1.0, 2, 3, 4].span, to: 0)
            refuses(.truncation) { try world.receive(into: &array, as: column) }
            try longer.wait()
            let fitting = try world.immediateSend([1.0, 2, 3].span, to: 0)
            try world.receive(into: &array, as: column)
            try fitting.wait()
            #expect(array == [1, 0, 0, 0, 2, 0, 0, 0, 3])
            let huge = try DerivedDatatype.contiguous(count: 5_000_000_000, of: .element(UInt8.self))
            let size = try huge.byteCount
            #expect(size == 5_000_000_000)
        }
    }

    @Test("types that Fortran chooses by their digits have the size of Fortran's")
    func fortran() async throws {
        try await onRanks(1) { () throws in
            _ = Communicator.world
            #expect(try DerivedDatatype.fortranInteger(digits: 4).byteCount == 2)
            #expect(try DerivedDatatype.fortranInteger(digits: 9).byteCount == 4)
            #expect(try DerivedDatatype.fortranReal(digits: 6).byteCount == 4)
            #expect(try DerivedDatatype.fortranReal(digits: 15, range: 300).byteCount == 8)
            #expect(try DerivedDatatype.fortranComplex(range: 30).byteCount == 8)
            #expect(throws: MPIError.self) { try DerivedDatatype.fortranInteger(digits: 1000) }
        }
    }
}
