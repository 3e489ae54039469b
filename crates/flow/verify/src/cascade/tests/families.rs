//! Mail hosts by address family, on the loopback address of each.

use std::net::{Ipv6Addr, TcpListener};

use super::*;

#[tokio::test]
async fn a_mail_host_is_reached_by_the_family_that_works() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        println!("skipped: this machine has no IPv6 loopback address");
        return;
    }
    for dns in [Dns::OnV6, Dns::DeadV4LiveV6, Dns::DeadV6LiveV4] {
        let world = world(vec![site("six.example").dns(dns.clone())]).await;
        let is_v6 = world.smtp_addr("six.example").unwrap().is_ipv6();
        assert_eq!(is_v6, dns != Dns::DeadV6LiveV4);
        for (address, reason) in
            [("ada@six.example", Reason::MailboxConfirmed), ("nobody@six.example", Reason::MailboxUnknown)]
        {
            let outcome = ask(&world, address).await;
            assert_eq!(outcome.reason, reason, "{dns:?} {:?}", outcome.evidence);
        }
        assert!(world.log().host("six.example").rcpts.len() >= 3, "{dns:?}: it was this server that said so");
    }
}
