import Hummingbird
import NIOCore

/// What the server knows of a request beside its bytes.
struct ReviewContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The port that the request came in by.
    let port: Int
    /// The address of who asks.
    let client: String
    /// Who is signed in; empty before that.
    var reviewer = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        port = source.channel.localAddress?.port ?? 0
        client = source.channel.remoteAddress?.ipAddress ?? ""
    }
}
