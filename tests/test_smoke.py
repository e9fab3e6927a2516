from tests.world import World, both_databases


@both_databases
def test_world(planned: World) -> None:
    assert planned.brug.name
