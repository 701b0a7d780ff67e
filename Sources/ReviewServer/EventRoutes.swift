import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// The route of the events: one answer that goes on until one side ends.
struct EventRoutes: Sendable {
    let hub: EventHub

    func add(to router: Router<ReviewContext>) {
        router.get("api/v1/events") { request, _ in try events(request) }
    }

    private func events(_ request: Request) throws -> Response {
        guard hub.hasRoom else { throw RequestRefusal.tooManyListeners }
        let last = request.headers[.lastEventID]
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { [hub] writer in
                let (number, events) = await hub.listen(after: last)
                defer { hub.leave(number) }
                try await withGracefulShutdownHandler {
                    for await event in events {
                        try await writer.write(ByteBuffer(string: event))
                    }
                } onGracefulShutdown: {
                    hub.dismiss(number)
                }
                try await writer.finish(nil)
            }
        )
    }
}

extension HTTPField.Name {
    fileprivate static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .eTag
}
