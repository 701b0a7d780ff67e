package import CurationCore
import Foundation
import Hummingbird
package import Logging
import NIOCore

/// What the server of the review page is told at its start.
package struct ReviewServerSettings: Sendable {
    /// The absolute path of the data set.
    package let dataset: String
    /// Who decides.
    package let reviewer: String
    /// The file that keeps the access token, readable by its owner only.
    package let tokenFile: String
    /// The port; 0 is any free one, nil the data set's own.
    package let port: Int?
    /// What the time is; the end of a session depends on it.
    package let clock: @Sendable () -> Timestamp

    /// Describes a server.
    package init(
        dataset: String,
        reviewer: String,
        tokenFile: String,
        port: Int? = nil,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.dataset = dataset
        self.reviewer = reviewer
        self.tokenFile = tokenFile
        self.port = port
        self.clock = clock
    }

    /// Tells this data set from others that come up on the same port.
    package var datasetKey: String { String(ContentDigest(of: dataset).hex.prefix(16)) }

    /// Where to listen, best first.
    ///
    /// A data set keeps its port, because the browser keeps unsent decisions by address.
    package var ports: [Int] {
        if let port { return [port] }
        let lowest = 20_000
        let range = 40_000
        let own = Int(datasetKey.prefix(8), radix: 16) ?? 0
        return (0..<16).map { lowest + (own + $0) % range }
    }
}

/// Serves the review page on 127.0.0.1 until the task is cancelled or the process is told to end.
///
/// - Parameters:
///   - backend: The data set.
///   - settings: Where to listen, and for whom.
///   - logger: Takes what goes wrong; the token never.
///   - onStart: Is given the address to open, with the token, once the page can be opened.
/// - Throws: `ReviewServerError` when the token cannot be kept or no port can be opened.
package func serveReview(
    _ backend: some ReviewBackend,
    settings: ReviewServerSettings,
    logger: Logger,
    onStart: @escaping @Sendable (String) async -> Void
) async throws {
    let secrets = try AccessSecrets(keptIn: settings.tokenFile)
    let router = try makeRouter(backend, settings: settings, secrets: secrets)
    for port in settings.ports {
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? port
                await onStart("http://127.0.0.1:\(port)/#token=\(secrets.token)")
            },
            logger: logger
        )
        do {
            return try await application.runService()
        } catch let error as IOError {
            guard error.isAddressInUse, port != settings.ports.last else {
                throw failure(error, port: port, of: settings)
            }
        }
    }
}

private func makeRouter(
    _ backend: some ReviewBackend,
    settings: ReviewServerSettings,
    secrets: AccessSecrets
) throws -> Router<ReviewContext> {
    let guardian = AccessGuard(
        secrets: secrets,
        datasetKey: settings.datasetKey,
        clock: settings.clock,
        reviewer: settings.reviewer
    )
    let router = Router(context: ReviewContext.self)
    router.add(middleware: guardian)
    router.add(middleware: ErrorResponses())
    ReviewRoutes(backend: backend, guardian: guardian).add(to: router)
    ImageRoutes(backend: backend, datasetKey: settings.datasetKey).add(to: router)
    try PageFiles().add(to: router)
    return router
}

private func failure(
    _ error: IOError,
    port: Int,
    of settings: ReviewServerSettings
) -> ReviewServerError {
    guard settings.port == nil, error.isAddressInUse, let first = settings.ports.first else {
        return .cannotListen(port: port, reason: "\(error)")
    }
    return .noFreePort(first: first, last: port)
}

extension IOError {
    fileprivate var isAddressInUse: Bool { errnoCode == POSIXErrorCode.EADDRINUSE.rawValue }
}
