// swift-tools-version: 6.2
import PackageDescription

/// One stage: imports the values of `CurationCore`, its own C shim if it has one, and no other stage.
func stage(_ name: String, _ own: Target.Dependency...) -> Target {
    .target(name: name, dependencies: ["CurationCore"] + own)
}

/// The tests of one module: the module, the values, and what the tests share.
func tests(_ name: String, _ extra: Target.Dependency...) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: name), "CurationCore", "TestKit"] + extra
    )
}

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let nioTLS = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")

let stages: [Target.Dependency] = [
    "Archives", "Imaging", "Inference", "Similarity", "Learning", "Storage", "History", "Reviewing",
    "Quality", "Interchange", "Export",
]

let package = Package(
    name: "winnow",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Curation", targets: ["Curation", "CurationCore"]),
        .executable(name: "winnow", targets: ["winnow"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Values that flow along the pipeline.
        .target(name: "CurationCore", dependencies: ["CDigest"]),

        // Stages, in the order in which a sample meets them.
        stage("Archives", "CArchive"),
        stage("Imaging", "CImageCodecs"),
        stage("Inference", "COnnxRuntime"),
        stage("Similarity", "CVectorKernels"),
        stage("Learning", "CMatrixKernels"),
        stage("Storage", "CPageChecksum", grdb, sqlite),
        stage("History"),
        stage("Reviewing"),
        stage("Quality"),
        stage("Interchange", yams),
        stage("Export"),

        // The pipeline, and its two front doors.
        .target(name: "Curation", dependencies: ["CurationCore", logging] + stages),
        .target(
            name: "ReviewServer",
            dependencies: [
                "Curation", "CurationCore", hummingbird, hummingbirdCore, hummingbirdTLS, lifecycle,
                httpTypes, nioCore,
                nioHTTPTypes, nioTLS, logging,
            ],
            resources: [.copy("Public")]
        ),
        .executableTarget(
            name: "winnow",
            dependencies: ["Curation", "CurationCore", "ReviewServer", argumentParser, logging]
        ),

        // C, one shim per module that needs one.
        .target(
            name: "CArchive",
            linkerSettings: [.linkedLibrary("archive"), .linkedLibrary("z")]
        ),
        .target(name: "CDigest", linkerSettings: [.linkedLibrary("crypto")]),
        .target(
            name: "CImageCodecs",
            linkerSettings: [
                .linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("webp"),
                .linkedLibrary("webpdemux"), .linkedLibrary("lcms2"), .linkedLibrary("z"),
            ]
        ),
        .target(name: "CMatrixKernels"),
        .target(name: "COnnxRuntime", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CPageChecksum", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CVectorKernels"),

        // The benchmark program of the stages.
        .executableTarget(
            name: "winnow-bench",
            dependencies: ["Curation", "CurationCore", argumentParser, logging] + stages,
            path: "Tests/Benchmarks/winnow-bench"
        ),

        // Tests.
        .target(name: "TestKit", dependencies: ["CurationCore"], path: "Tests/TestKit"),
        .testTarget(name: "CurationCoreTests", dependencies: ["CurationCore", "TestKit"]),
        tests("Archives"),
        tests("Imaging"),
        tests("Inference", "Imaging"),
        tests("Similarity"),
        tests("Learning"),
        tests("Storage", "History", grdb),
        tests("History"),
        tests("Reviewing", "Learning"),
        tests("Quality", "Imaging"),
        tests("Interchange"),
        tests("Export"),
        tests("Curation", logging),
        tests(
            "ReviewServer",
            "Curation",
            "winnow",
            hummingbird,
            httpTypes,
            nioCore,
            logging,
            yams
        ),
        .testTarget(name: "winnowTests", dependencies: ["winnow", "TestKit"]),
        .testTarget(name: "HouseTests", dependencies: ["TestKit"]),
    ],
    swiftLanguageModes: [.v6]
)

let shims: Set = [
    "CArchive", "CDigest", "CImageCodecs", "CMatrixKernels", "COnnxRuntime", "CPageChecksum",
    "CVectorKernels",
]
for target in package.targets where !shims.contains(target.name) {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
    ]
}
