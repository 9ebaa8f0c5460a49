// Types that a Fortran program chooses by what they have to hold, so that arrays of such a program can be sent and received.

extension DerivedDatatype {
    /// The Fortran integer that has so many decimal digits.
    ///
    /// - Parameter digits: How many, as in `selected_int_kind`.
    /// - Returns: The datatype.
    /// - Throws: `MPIError` of class `argument` if there is none.
    ///
    /// Local · `MPI_Type_create_f90_integer` (MPI 3.1 §17.1.9)
    public static func fortranInteger(digits: Int) throws(MPIError) -> DerivedDatatype {
        let name: StaticString = "MPI_Type_create_f90_integer"
        try Runtime.initialize(.multiple)
        let number = try libraryNumbers([digits], name, "the number of digits")[0]
        return try predefined(name) { () throws(MPIError) in try .fortranInteger(number) }
    }

    /// The Fortran floating point number that has so many decimal digits and such a range.
    ///
    /// - Parameters:
    ///   - digits: How many, as in `selected_real_kind`; `nil` if that is of no importance.
    ///   - range: The largest decimal exponent; `nil` if that is of no importance.
    /// - Returns: The datatype.
    /// - Throws: `MPIError` of class `argument` if there is none.
    ///
    /// Local · `MPI_Type_create_f90_real` (MPI 3.1 §17.1.9)
    public static func fortranReal(digits: Int? = nil, range: Int? = nil) throws(MPIError) -> DerivedDatatype
    {
        try fortran(digits, range, isComplex: false, "MPI_Type_create_f90_real")
    }

    /// The Fortran complex number whose parts have so many decimal digits and such a range.
    ///
    /// - Parameters:
    ///   - digits: How many, as in `selected_real_kind`; `nil` if that is of no importance.
    ///   - range: The largest decimal exponent; `nil` if that is of no importance.
    /// - Returns: The datatype.
    /// - Throws: `MPIError` of class `argument` if there is none.
    ///
    /// Local · `MPI_Type_create_f90_complex` (MPI 3.1 §17.1.9)
    public static func fortranComplex(digits: Int? = nil, range: Int? = nil) throws(MPIError)
        -> DerivedDatatype
    {
        try fortran(digits, range, isComplex: true, "MPI_Type_create_f90_complex")
    }

    private static func fortran(_ digits: Int?, _ range: Int?, isComplex: Bool, _ name: StaticString)
        throws(MPIError) -> DerivedDatatype
    {
        try Runtime.initialize(.multiple)
        let numbers = try libraryNumbers([digits ?? 0, range ?? 0], name, "the number of digits")
        return try predefined(name) { () throws(MPIError) in
            try .fortranReal(
                digits.map { _ in numbers[0] },
                range.map { _ in numbers[1] },
                isComplex: isComplex
            )
        }
    }

    /// A datatype of the library's; it has none if the arguments ask for too much, for which MPICH has no class of error.
    private static func predefined(_ name: StaticString, _ find: () throws(MPIError) -> RawDatatype)
        throws(MPIError) -> DerivedDatatype
    {
        do throws(MPIError) {
            return DerivedDatatype(try find(), isOwned: false)
        } catch  where error.errorClass == .other {
            throw MPIError(.argument, call: name, text: error.text)
        }
    }
}
