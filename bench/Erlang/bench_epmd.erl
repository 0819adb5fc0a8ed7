%% Finds the nodes of the benchmark without the port mapper daemon, which would stay behind: the digits at the end of a
%% node's name are its port, and every node is on the loopback.
-module(bench_epmd).
-export([start_link/0, listen_port_please/2, register_node/2, register_node/3, port_please/2, port_please/3,
         address_please/3, names/1]).

start_link() -> ignore.

listen_port_please(Name, _Host) -> {ok, port(Name)}.

register_node(Name, Port) -> register_node(Name, Port, inet).

register_node(_Name, _Port, _Family) -> {ok, 1 + erlang:phash2(os:getpid(), 3)}.

port_please(Name, Host) -> port_please(Name, Host, infinity).

port_please(Name, _Host, _Timeout) -> {port, port(Name), 6}.

address_please(_Name, _Host, _Family) -> {ok, {127, 0, 0, 1}}.

names(_Host) -> {error, address}.

port(Name) ->
    Text = lists:flatten(io_lib:format("~s", [Name])),
    list_to_integer(lists:filter(fun(C) -> C >= $0 andalso C =< $9 end, Text)).
