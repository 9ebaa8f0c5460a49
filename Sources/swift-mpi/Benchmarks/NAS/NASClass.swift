import ArgumentParser

/// A size of a NAS problem.
enum NASClass: String, ExpressibleByArgument, CaseIterable {
    case s = "S"
    case w = "W"
}

/// What a NAS benchmark says about its result: whether it is the published one.
enum Verification: String {
    case successful
    case failed

    init(_ isSuccessful: Bool) { self = isSuccessful ? .successful : .failed }
}
