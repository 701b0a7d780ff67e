import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore

/// Where one reviewer opens the page.
package struct ReviewAddress: Sendable, Hashable {
    /// Who decides there.
    package let reviewer: String
    /// The address, with the token.
    package let url: String
}

/// Serves the review page until the task is cancelled or the process is told to end.
///
/// - Parameters:
///   - backend: The data set.
///   - settings: Where to listen, and for whom.
///   - logger: Takes what goes wrong; a token never.
///   - onStart: Is given the address of each reviewer, once the page can be opened.
/// - Throws: `ReviewServerError` when the tokens cannot be kept, the certificate cannot be used or
///   no port can be opened.
package func serveReview(
    _ backend: some ReviewBackend,
    settings: ReviewServerSettings,
    logger: Logger,
    onStart: @escaping @Sendable ([ReviewAddress]) async -> Void
) async throws {
    let secrets = try AccessSecrets(keptIn: settings.tokenFile, reviewers: settings.reviewers)
    let hub = EventHub(backend, settings: settings)
    let router = try makeRouter(backend, settings: settings, secrets: secrets, hub: hub)
    let server = try HTTPServerBuilder.review(settings)
    let binding = settings.binding
    for port in settings.ports {
        let application = Application(
            router: router,
            server: server,
            configuration: .init(
                address: .hostname(binding.address, port: port),
                availableConnectionsDelegate: .maximum(settings.limits.connections, logger: logger)
            ),
            services: [hub],
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? port
                await onStart(addresses(settings, secrets, port: port))
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

private func addresses(
    _ settings: ReviewServerSettings,
    _ secrets: AccessSecrets,
    port: Int
) -> [ReviewAddress] {
    settings.reviewers.map { reviewer in
        let url = settings.binding.url(port: port, token: secrets.tokens[reviewer] ?? "")
        return ReviewAddress(reviewer: reviewer, url: url)
    }
}

/// The routes, behind the guard.
private func makeRouter(
    _ backend: some ReviewBackend,
    settings: ReviewServerSettings,
    secrets: AccessSecrets,
    hub: EventHub
) throws -> Router<ReviewContext> {
    var guardian = AccessGuard(secrets: secrets, settings: settings)
    let files = try PageFiles()
    let addRoutes = { [guardian] (router: Router<ReviewContext>) in
        ReviewRoutes(backend: backend, guardian: guardian).add(to: router)
        ImageRoutes(backend: backend, datasetKey: settings.datasetKey).add(to: router)
        RemarkRoutes(backend: backend).add(to: router)
        GridRoutes(backend: backend).add(to: router)
        HistoryRoutes(backend: backend).add(to: router)
        IssueRoutes(backend: backend).add(to: router)
        EventRoutes(hub: hub).add(to: router)
        SettingsRoutes(files: SettingsFiles(folder: settings.settingsFolder)).add(to: router)
        files.add(to: router)
    }
    // Once only to know which methods each address has.
    let known = Router(context: ReviewContext.self)
    addRoutes(known)
    guardian.methods = RouteMethods(of: known)
    let router = Router(context: ReviewContext.self)
    router.add(middleware: guardian)
    router.add(middleware: ErrorResponses())
    addRoutes(router)
    return router
}

private func failure(
    _ error: IOError,
    port: Int,
    of settings: ReviewServerSettings
) -> ReviewServerError {
    guard settings.port == nil, error.isAddressInUse, let first = settings.ports.first else {
        return .cannotListen(
            address: settings.binding.address,
            port: port,
            reason: "\(error)"
        )
    }
    return .noFreePort(first: first, last: port)
}

extension IOError {
    fileprivate var isAddressInUse: Bool { errnoCode == POSIXErrorCode.EADDRINUSE.rawValue }
}
