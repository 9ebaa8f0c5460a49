// swift-tools-version: 6.2
import PackageDescription

// The MPI library to build for: Open MPI, or the one that this variable names.
let usesMPICH = Context.environment["SWIFT_MPI_LIBRARY"] == "mpich"

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "swift-mpi",
    products: [
        .library(name: "MPI", targets: ["MPI"]),
        .library(name: "Multiprocessing", targets: ["Multiprocessing"]),
        .library(name: "MultiprocessingMetrics", targets: ["MultiprocessingMetrics"]),
        .executable(name: "swift-mpi", targets: ["swift-mpi"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    ],
    targets: [
        // C and bytes: no target here knows MPI's semantics or a process.
        .systemLibrary(
            name: "CMPI",
            pkgConfig: usesMPICH ? "mpich" : "ompi-c",
            providers: usesMPICH
                ? [.apt(["libmpich-dev"]), .brew(["mpich"])]
                : [.apt(["libopenmpi-dev"]), .brew(["open-mpi"])]
        ),
        .target(name: "CProcessSupport"),
        .target(name: "MessageCoding", swiftSettings: strict),
        .target(
            name: "ClosureCoding",
            dependencies: ["MessageCoding", "CProcessSupport"],
            swiftSettings: strict
        ),

        // The binding.
        .target(
            name: "MPI",
            dependencies: ["CMPI", "MessageCoding", "CProcessSupport"],
            // A handle is an integer in MPICH, and a pointer in Open MPI.
            swiftSettings: strict + (usesMPICH ? [.define("MPI_INTEGER_HANDLES")] : [])
        ),

        // Processes, queues, pipes and pools on ranks.
        .target(
            name: "Multiprocessing",
            dependencies: [
                "MPI", "ClosureCoding", "MessageCoding", "CProcessSupport",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),

        // Reports what a program of processes is at; apart, so that nobody else pays for swift-metrics.
        .target(
            name: "MultiprocessingMetrics",
            dependencies: [
                "Multiprocessing",
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),

        // Starts mpirun; knows no MPI.
        .target(
            name: "RankLaunching",
            dependencies: [
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "swift-mpi",
            dependencies: [
                "MPI", "Multiprocessing", "RankLaunching",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        // Tests that run on ranks: the test program starts itself again under mpirun.
        .target(name: "CRankCheckEntry", path: "Tests/CRankCheckEntry"),
        .target(
            name: "RankChecks",
            dependencies: ["CRankCheckEntry", "RankLaunching"],
            path: "Tests/RankChecks",
            swiftSettings: strict
        ),

        // Counts what the tests of the binding allocate, and does the same in C to compare.
        .target(name: "CAllocationCount", dependencies: ["CMPI"], path: "Tests/CAllocationCount"),

        .target(name: "CClosureChildEntry", path: "Tests/CClosureChildEntry"),
        .testTarget(
            name: "MessageCodingTests",
            dependencies: ["MessageCoding"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ClosureCodingTests",
            dependencies: ["ClosureCoding", "MessageCoding", "CProcessSupport", "CClosureChildEntry"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "MPITests",
            dependencies: ["MPI", "MessageCoding", "RankLaunching", "RankChecks", "CAllocationCount"],
            exclude: ["Interoperability/Python"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RankLaunchingTests",
            dependencies: ["RankLaunching", "RankChecks"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "MultiprocessingTests",
            dependencies: [
                "Multiprocessing", "MultiprocessingMetrics", "MPI", "RankLaunching", "RankChecks",
                "swift-mpi",
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ],
            exclude: ["Oracle/Python"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DocumentationTests",
            dependencies: ["Multiprocessing", "MPI", "RankLaunching", "RankChecks"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ToolTests",
            dependencies: ["MPI", "RankLaunching", "RankChecks", "swift-mpi"],
            swiftSettings: strict
        ),
    ]
)

// As optimised code only those tests are built that depend on how the compiler lays code out: the others take long to compile.
if Context.environment["SWIFT_MPI_TESTS"] == "layout" {
    package.targets.removeAll {
        $0.type == .test && !["ClosureCodingTests", "RankLaunchingTests"].contains($0.name)
    }
}
