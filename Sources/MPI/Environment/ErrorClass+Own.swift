extension ErrorClass {
    /// Adds a class of errors to those that the library has.
    ///
    /// The number of the class is the same on all ranks if all add the same ones in the same order.
    ///
    /// ```swift
    /// let diverged = try ErrorClass.make("the iteration diverges")
    /// throw try MPIError(diverged, text: "after 300 steps")
    /// ```
    /// - Parameter text: What it is about; what is too long for the library is cut off.
    /// - Returns: The class.
    /// - Throws: `MPIError` if MPI is not running, or there is no room for another one.
    ///
    /// Local · `MPI_Add_error_class`, `MPI_Add_error_string` (MPI 3.1 §8.5)
    public static func make(_ text: String) throws(MPIError) -> ErrorClass {
        let number = try addClass()
        try addText(fitting(text), to: number)
        return ErrorClass(rawValue: Int(number))
    }

    fileprivate static func fitting(_ text: String) -> String {
        var fitting = text
        while fitting.utf8.count >= longestText { fitting.removeLast() }
        return fitting
    }
}

extension MPIError {
    /// Makes an error of the program's own, which the library knows, too.
    ///
    /// Each makes a new code in the library, which is never given back; so keep it and throw it again rather than making it again.
    ///
    /// - Parameters:
    ///   - errorClass: The class, such as one that ``ErrorClass/make(_:)`` has made.
    ///   - text: What has happened; what is too long for the library is cut off.
    /// - Throws: `MPIError` if MPI is not running, or the class is none of the library's.
    ///
    /// Local · `MPI_Add_error_code`, `MPI_Add_error_string` (MPI 3.1 §8.5)
    public init(_ errorClass: ErrorClass, text: String) throws(MPIError) {
        guard let number = Int32(exactly: errorClass.rawValue), number >= 0 else {
            throw MPIError(
                .argument,
                call: "MPI_Add_error_code",
                text: "\(errorClass.rawValue) is no class of the MPI library"
            )
        }
        let code = try ErrorClass.addCode(number)
        try ErrorClass.addText(ErrorClass.fitting(text), to: code)
        self.init(code: code, call: "the program")
    }

    /// What the library says of a code that another binding, or C, has got from it.
    ///
    /// - Parameter code: The code, such as one that a C function has returned.
    ///
    /// Local · `MPI_Error_class`, `MPI_Error_string` (MPI 3.1 §8.4)
    public init(code: Int) {
        guard let number = Int32(exactly: code), ErrorClass.canHave(code: number) else {
            self.init(.unknown, call: "the MPI library", text: "\(code) is no code of an error")
            return
        }
        self.init(code: number, call: "the MPI library")
    }
}
