internal import CMPI

extension RawDatatype {
    private static func make(_ name: StaticString, _ body: (inout DatatypeHandle) -> Int32) throws(MPIError)
        -> RawDatatype
    {
        var made: DatatypeHandle = cmpi_datatype_null()
        try call(name) { body(&made) }
        try call("MPI_Type_commit") { MPI_Type_commit(&made) }
        return RawDatatype(made)
    }

    static func vector(_ count: Int32, _ length: Int32, _ stride: Int32, _ base: RawDatatype) throws(MPIError)
        -> RawDatatype
    {
        try make("MPI_Type_vector") { MPI_Type_vector(count, length, stride, base.handle, &$0) }
    }

    static func byteVector(_ count: Int32, _ length: Int32, _ stride: Int, _ base: RawDatatype)
        throws(MPIError)
        -> RawDatatype
    {
        try make("MPI_Type_create_hvector") {
            MPI_Type_create_hvector(count, length, MPI_Aint(stride), base.handle, &$0)
        }
    }

    static func indexed(_ lengths: [Int32], _ displacements: [Int32], _ base: RawDatatype) throws(MPIError)
        -> RawDatatype
    {
        try make("MPI_Type_indexed") {
            MPI_Type_indexed(Int32(lengths.count), lengths, displacements, base.handle, &$0)
        }
    }

    static func byteIndexed(_ lengths: [Int32], _ displacements: [Int], _ base: RawDatatype) throws(MPIError)
        -> RawDatatype
    {
        let displacements = displacements.map { MPI_Aint($0) }
        return try make("MPI_Type_create_hindexed") {
            MPI_Type_create_hindexed(Int32(lengths.count), lengths, displacements, base.handle, &$0)
        }
    }

    static func indexedBlock(_ length: Int32, _ displacements: [Int32], _ base: RawDatatype) throws(MPIError)
        -> RawDatatype
    {
        try make("MPI_Type_create_indexed_block") {
            MPI_Type_create_indexed_block(Int32(displacements.count), length, displacements, base.handle, &$0)
        }
    }

    static func byteIndexedBlock(_ length: Int32, _ displacements: [Int], _ base: RawDatatype)
        throws(MPIError)
        -> RawDatatype
    {
        let displacements = displacements.map { MPI_Aint($0) }
        return try make("MPI_Type_create_hindexed_block") {
            MPI_Type_create_hindexed_block(
                Int32(displacements.count),
                length,
                displacements,
                base.handle,
                &$0
            )
        }
    }

    static func structure(_ lengths: [Int32], _ displacements: [Int], _ types: [RawDatatype]) throws(MPIError)
        -> RawDatatype
    {
        let displacements = displacements.map { MPI_Aint($0) }
        let handles = types.map(\.handle)
        return try make("MPI_Type_create_struct") {
            MPI_Type_create_struct(Int32(lengths.count), lengths, displacements, handles, &$0)
        }
    }

    static func subarray(
        _ shape: [Int32],
        _ part: [Int32],
        _ start: [Int32],
        lastFastest: Bool,
        _ base: RawDatatype
    ) throws(MPIError) -> RawDatatype {
        let order = lastFastest ? cmpi_order_c() : cmpi_order_fortran()
        return try make("MPI_Type_create_subarray") {
            MPI_Type_create_subarray(Int32(shape.count), shape, part, start, order, base.handle, &$0)
        }
    }

    static func distributedArray(
        _ size: Int32,
        _ rank: Int32,
        _ shape: [Int32],
        _ distributions: [DerivedDatatype.Distribution],
        _ grid: [Int32],
        lastFastest: Bool,
        _ base: RawDatatype
    ) throws(MPIError) -> RawDatatype {
        let order = lastFastest ? cmpi_order_c() : cmpi_order_fortran()
        let kinds = distributions.map { distribution in
            switch distribution {
            case .whole: cmpi_distribute_none()
            case .blocks: cmpi_distribute_block()
            case .cyclic: cmpi_distribute_cyclic()
            }
        }
        let lengths = distributions.map { distribution in
            switch distribution {
            case .whole, .blocks(nil), .cyclic(nil): cmpi_distribute_dflt_darg()
            case .blocks(let length?), .cyclic(let length?): Int32(clamping: length)
            }
        }
        return try make("MPI_Type_create_darray") {
            MPI_Type_create_darray(
                size,
                rank,
                Int32(shape.count),
                shape,
                kinds,
                lengths,
                grid,
                order,
                base.handle,
                &$0
            )
        }
    }

    func resized(_ lowerBound: Int, _ extent: Int) throws(MPIError) -> RawDatatype {
        try Self.make("MPI_Type_create_resized") {
            MPI_Type_create_resized(handle, MPI_Aint(lowerBound), MPI_Aint(extent), &$0)
        }
    }

    func duplicate() throws(MPIError) -> RawDatatype {
        try Self.make("MPI_Type_dup") { MPI_Type_dup(handle, &$0) }
    }

    func trueExtent() throws(MPIError) -> (lowerBound: Int, extent: Int) {
        var lowerBound: MPI_Count = 0
        var extent: MPI_Count = 0
        try call("MPI_Type_get_true_extent_x") { MPI_Type_get_true_extent_x(handle, &lowerBound, &extent) }
        return (Int(lowerBound), Int(extent))
    }

    func name() throws(MPIError) -> String {
        var text = [CChar](repeating: 0, count: Int(cmpi_max_object_name()) + 1)
        var length: Int32 = 0
        try call("MPI_Type_get_name") { MPI_Type_get_name(handle, &text, &length) }
        return Runtime.string(text, length)
    }

    func rename(to name: String) throws(MPIError) {
        try CText.expectWhole(name, "MPI_Type_set_name")
        var fitting = name
        while fitting.utf8.count >= Int(cmpi_max_object_name()) { fitting.removeLast() }
        try call("MPI_Type_set_name") { MPI_Type_set_name(handle, fitting) }
    }

    // MARK: How it was made

    /// The kind of constructor, and what it was given.
    func contents() throws(MPIError) -> (
        constructor: DerivedDatatype.Constructor, integers: [Int], addresses: [Int],
        datatypes: [(RawDatatype, isOwned: Bool)]
    ) {
        var (integers, addresses, datatypes, combiner) = (Int32(0), Int32(0), Int32(0), Int32(0))
        try call("MPI_Type_get_envelope") {
            MPI_Type_get_envelope(handle, &integers, &addresses, &datatypes, &combiner)
        }
        let constructor = DerivedDatatype.Constructor(libraryValue: combiner)
        if constructor == .named { return (.named, [], [], []) }
        var numbers = [Int32](repeating: 0, count: Int(integers) + 1)
        var places = [MPI_Aint](repeating: 0, count: Int(addresses) + 1)
        var types = [DatatypeHandle](repeating: cmpi_datatype_null(), count: Int(datatypes) + 1)
        try call("MPI_Type_get_contents") {
            MPI_Type_get_contents(handle, integers, addresses, datatypes, &numbers, &places, &types)
        }
        var bases: [(RawDatatype, isOwned: Bool)] = []
        for type in types.dropLast() {
            let raw = RawDatatype(type)
            let isNamed = try raw.isNamed()
            bases.append((raw, isOwned: !isNamed))
        }
        return (constructor, numbers.dropLast().map { Int($0) }, places.dropLast().map { Int($0) }, bases)
    }

    /// Whether it is one of the library's own, which nobody frees.
    func isNamed() throws(MPIError) -> Bool {
        var (integers, addresses, datatypes, combiner) = (Int32(0), Int32(0), Int32(0), Int32(0))
        try call("MPI_Type_get_envelope") {
            MPI_Type_get_envelope(handle, &integers, &addresses, &datatypes, &combiner)
        }
        return combiner == cmpi_combiner_named()
    }
}

extension DerivedDatatype.Constructor {
    fileprivate init(libraryValue: Int32) {
        let known: [(Int32, Self)] = [
            (cmpi_combiner_named(), .named), (cmpi_combiner_dup(), .duplicate),
            (cmpi_combiner_contiguous(), .contiguous), (cmpi_combiner_vector(), .vector),
            (cmpi_combiner_hvector(), .byteVector), (cmpi_combiner_indexed(), .indexed),
            (cmpi_combiner_hindexed(), .byteIndexed), (cmpi_combiner_indexed_block(), .indexedBlock),
            (cmpi_combiner_hindexed_block(), .byteIndexedBlock), (cmpi_combiner_struct(), .structure),
            (cmpi_combiner_subarray(), .subarray), (cmpi_combiner_darray(), .distributedArray),
            (cmpi_combiner_resized(), .resized),
        ]
        self = known.first { $0.0 == libraryValue }?.1 ?? .other
    }
}

// MARK: Fortran

extension RawDatatype {
    // These belong to the library, which has committed them.

    static func fortranInteger(_ digits: Int32) throws(MPIError) -> RawDatatype {
        var found: DatatypeHandle = cmpi_datatype_null()
        try call("MPI_Type_create_f90_integer") { MPI_Type_create_f90_integer(digits, &found) }
        return RawDatatype(found)
    }

    static func fortranReal(_ digits: Int32?, _ range: Int32?, isComplex: Bool) throws(MPIError)
        -> RawDatatype
    {
        let (digits, range) = (digits ?? cmpi_undefined(), range ?? cmpi_undefined())
        var found: DatatypeHandle = cmpi_datatype_null()
        if isComplex {
            try call("MPI_Type_create_f90_complex") { MPI_Type_create_f90_complex(digits, range, &found) }
        } else {
            try call("MPI_Type_create_f90_real") { MPI_Type_create_f90_real(digits, range, &found) }
        }
        return RawDatatype(found)
    }
}
